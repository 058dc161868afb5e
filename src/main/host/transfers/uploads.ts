import type { BinaryDatastore, PutOptions, PutResult, Stat } from '../../../core/datastore.ts'
import { AbortError, failure } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Session } from '../sessions/session.ts'
import type { FileDrop } from './file-drops.ts'
import { OpenTransfers, type Transfer, TransferLife } from './open-transfers.ts'
import { PushedSource } from './pushed-source.ts'
import { putOptionsOf, statOfWrite, type WriteRules } from './write-version.ts'

const MAX_UPLOADS = 8

/** Milliseconds that an upload may be idle. Other calls on its key wait for it. */
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

  /**
   * Resolves once the store requests bytes.
   * @param drop The drop that the file belongs to.
   */
  async open(
    session: Session,
    key: Key,
    rules: WriteRules,
    signal: AbortSignal,
    drop?: FileDrop,
  ): Promise<string> {
    const { history, closing } = session
    const { id } = await this.#open.add(async () => {
      const store = (await drop?.storeOf(key)) ?? session.store
      const options = await putOptionsOf(store, key, rules, signal)
      const upload = new Upload({ store, history, key, options, closing, drop, idleLimit: this.#idleLimit })
      await endedBy(signal, upload, () => upload.ready())
      return upload
    })
    return id
  }

  /** An upload ends if the store refuses a chunk or the call is cancelled, because it is unknown what was stored. */
  write(id: string, piece: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#use(id, signal, upload => upload.write(piece))
  }

  /** @returns The version that was put, and the entry of the history that undoes the put. */
  async commit(id: string, signal: AbortSignal): Promise<Committed> {
    const committed = await this.#use(id, signal, upload => upload.commit())
    this.#open.remove(id)
    return committed
  }

  /** Ends an upload without an effect. An upload that has already ended is accepted. */
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

/** Runs `work`. If the signal fires in the meantime, or `work` fails, the upload ends. */
async function endedBy<T>(signal: AbortSignal, upload: Upload, work: () => Promise<T>): Promise<T> {
  const end = (): void => void upload.end()
  signal.addEventListener('abort', end, { once: true })
  try {
    signal.throwIfAborted()
    return await work()
  } catch (error) {
    await upload.end()
    // A cancelled call is reported as aborted, even if something else failed first.
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}

interface Committed {
  readonly stat: Stat
  readonly entry: number | undefined
}

interface UploadOptions {
  readonly store: BinaryDatastore
  readonly history: Session['history']
  readonly key: Key
  readonly options: PutOptions
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  readonly drop: FileDrop | undefined
  /** Milliseconds after which an upload that receives no bytes is aborted. */
  readonly idleLimit: number
}

/** A put whose bytes arrive in chunks. Until it is committed, the store has the old value, or none. */
class Upload implements Transfer {
  readonly #store: BinaryDatastore
  readonly #history: Session['history']
  readonly #key: Key
  readonly #drop: FileDrop | undefined
  readonly #source = new PushedSource()
  readonly #life: TransferLife
  readonly #put: Promise<PutResult>
  #size = 0

  constructor({ store, history, key, options, closing, drop, idleLimit }: UploadOptions) {
    this.#store = store
    this.#history = history
    this.#key = key
    this.#drop = drop
    this.#life = new TransferLife(closing, idleLimit, () => void this.end())
    this.#put = this.#start(options)
    // The failure is reported to the next write or commit.
    this.#put.catch(() => undefined)
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  /** Resolves once the store requests bytes; rejects if it refuses the put. */
  async ready(): Promise<void> {
    await Promise.race([this.#source.pulled, this.#put])
  }

  /** Resolves when the store has accepted the chunk; rejects if the put has failed. */
  async write(piece: Uint8Array): Promise<void> {
    this.#life.use()
    this.#size += piece.length
    await Promise.race([this.#source.push(piece), this.#put])
  }

  async commit(): Promise<Committed> {
    this.#source.end()
    const result = await this.#put
    this.#life.finish()
    await this.#drop?.handled(this.#size)
    const entry = this.#history.latestOf(this.#key)
    return { stat: await statOfWrite(this.#store, this.#key, result, this.#size), entry }
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
