import type { Stat } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Session } from '../sessions/session.ts'
import { OpenTransfers } from './open-transfers.ts'
import { Upload, type UploadOptions } from './upload.ts'

const MAX_UPLOADS = 8

/** Milliseconds that an upload may be left alone: meanwhile others wait for its key. */
const IDLE_LIMIT = 30_000

/** The uploads that one page feeds. */
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
  async open(
    session: Session,
    key: Key,
    rules: UploadOptions['rules'],
    signal: AbortSignal,
  ): Promise<string> {
    const { store, closing } = session
    const { id } = await this.#open.add(async () => {
      const upload = new Upload({ store, key, rules, closing, idleLimit: this.#idleLimit })
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
    // To the page a call that it cancelled is aborted, whatever ended first below.
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', end)
  }
}
