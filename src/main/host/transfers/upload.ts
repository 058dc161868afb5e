import type { BinaryDatastore, PutOptions, PutResult, Stat } from '../../../core/datastore.ts'
import { AbortError, failure } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Transfer } from './open-transfers.ts'
import { PushedSource } from './pushed-source.ts'
import { statOfWrite } from './stat-of-write.ts'
import { TransferLife } from './transfer-life.ts'

export interface UploadOptions {
  readonly store: BinaryDatastore
  readonly key: Key
  readonly rules: Pick<PutOptions, 'create' | 'replace' | 'ifMatch'>
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Milliseconds after which an upload that nobody feeds is aborted. */
  readonly idleLimit: number
}

/** One put that is fed piece by piece. Until it is committed the store shows the old value, or none. */
export class Upload implements Transfer {
  readonly #store: BinaryDatastore
  readonly #key: Key
  readonly #source = new PushedSource()
  readonly #life: TransferLife
  readonly #put: Promise<PutResult>
  #size = 0

  constructor({ store, key, rules, closing, idleLimit }: UploadOptions) {
    this.#store = store
    this.#key = key
    this.#life = new TransferLife(closing, idleLimit, () => void this.end())
    this.#put = this.#start(rules)
    // Whoever writes or commits next is told; until then the failure waits.
    this.#put.catch(() => undefined)
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  /** Resolves once the store asks for bytes; rejects when it refuses the put outright. */
  async ready(): Promise<void> {
    await Promise.race([this.#source.pulled, this.#put])
  }

  /** Resolves when the store has taken the piece; rejects when the put has failed. */
  async write(piece: Uint8Array): Promise<void> {
    this.#life.use()
    this.#size += piece.length
    await Promise.race([this.#source.push(piece), this.#put])
  }

  async commit(): Promise<Stat> {
    this.#source.end()
    const result = await this.#put
    this.#life.finish()
    return statOfWrite(this.#store, this.#key, result, this.#size)
  }

  async end(): Promise<void> {
    this.#life.finish()
    this.#source.fail(new AbortError('put', { key: this.#key }))
    await this.#put.catch(() => undefined)
  }

  async #start(rules: UploadOptions['rules']): Promise<PutResult> {
    try {
      return await this.#store.put(this.#key, this.#source, { ...rules, signal: this.#life.signal })
    } catch (error) {
      if (this.isEnded) throw failure('CLOSED', 'put', this.#key, 'the upload was ended', error)
      throw error
    }
  }
}
