import type { BinaryDatastore, PutOptions, PutResult, Stat } from '../../../core/datastore.ts'
import { AbortError, failure } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Session } from '../sessions/session.ts'
import { OpenTransfers, type Transfer, TransferLife } from './open-transfers.ts'
import { PushedSource } from './pushed-source.ts'
import { putOptionsOf, statOfWrite, type WriteRules } from './write-version.ts'

const MAX_UPLOADS = 8

/** Milliseconds that an upload may be left alone: meanwhile others wait for its key. */
const IDLE_LIMIT = 30_000

/** The uploads of one page. */
export class Uploads {
  readonly #open = new OpenTransfers<Upload>('upload', MAX_UPLOADS)
  readonly #idleLimit: number

  constructor(idleLimit = IDLE_LIMIT) {
    this.#idleLimit = idleLimit
  }

  get size(): number {
    return this.#open.size
  }

  /** Resolves once the store asks for bytes. */
  async open(session: Session, key: Key, rules: WriteRules, signal: AbortSignal): Promise<string> {
    const { store, closing } = session
    const { id } = await this.#open.add(async () => {
      const options = await putOptionsOf(store, key, rules, signal)
      const upload = new Upload({ store, key, options, closing, idleLimit: this.#idleLimit })
      await endedBy(signal, upload, () => upload.ready())
      return upload
    })
    return id
  }

  /** A piece that the store refuses ends the upload, and so does cancelling: nobody knows what was taken. */
  write(id: string, piece: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#use(id, signal, upload => upload.write(piece))
  }

  async commit(id: string, signal: AbortSignal): Promise<Stat> {
    const stat = await this.#use(id, signal, upload => upload.commit())
    this.#open.remove(id)
    return stat
  }

  /** Ends an upload without a trace. One that has ended already is accepted. */
  async abort(id: string): Promise<void> {
    await this.#open.remove(id)?.end()
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }

  async #use<T>(id: string, signal: AbortSignal, work: (upload: Upload) => Promise<T>): Promise<T> {
    const upload = this.#open.get(id)
    try {
      return await endedBy(signal, upload, () => work(upload))
    } catch (error) {
      await this.abort(id)
      throw error
    }
  }
}

/** Runs `work`; when the signal fires meanwhile, or `work` fails, the upload ends. */
async function endedBy<T>(signal: AbortSignal, upload: Upload, work: () => Promise<T>): Promise<T> {
  const end = (): void => void upload.end()
  signal.addEventListener('abort', end, { once: true })
  try {
    signal.throwIfAborted()
    return await work()
  } catch (error) {
    await upload.end()
    // A cancelled call is reported as aborted, whatever failed first.
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}

interface UploadOptions {
  readonly store: BinaryDatastore
  readonly key: Key
  readonly options: PutOptions
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Milliseconds after which an upload that nobody feeds is aborted. */
  readonly idleLimit: number
}

/** A put whose bytes arrive in pieces. Until it is committed, the store has the old value, or none. */
class Upload implements Transfer {
  readonly #store: BinaryDatastore
  readonly #key: Key
  readonly #source = new PushedSource()
  readonly #life: TransferLife
  readonly #put: Promise<PutResult>
  #size = 0

  constructor({ store, key, options, closing, idleLimit }: UploadOptions) {
    this.#store = store
    this.#key = key
    this.#life = new TransferLife(closing, idleLimit, () => void this.end())
    this.#put = this.#start(options)
    // The failure is reported to the next write or commit.
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

  async #start(options: PutOptions): Promise<PutResult> {
    try {
      return await this.#store.put(this.#key, this.#source, { ...options, signal: this.#life.signal })
    } catch (error) {
      if (this.isEnded) throw failure('CLOSED', 'put', this.#key, 'the upload was ended', error)
      throw error
    }
  }
}
