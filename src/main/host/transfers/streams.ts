import { concatBytes } from '../../../core/bytes.ts'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { BinaryDatastore, RangeOptions, Stat } from '../../../core/datastore.ts'
import { failure, isNotFound } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import type { Session } from '../sessions/session.ts'
import { OpenTransfers, type Transfer, TransferLife } from './open-transfers.ts'

const MAX_STREAMS = 32

/** Milliseconds that a stream may be idle. */
const IDLE_LIMIT = 10 * 60_000

const DEFAULT_PIECE = 1024 * 1024

/** The streams of one page. */
export class Streams {
  readonly #open = new OpenTransfers<PulledStream>('stream', MAX_STREAMS)
  readonly #idleLimit: number

  constructor(idleLimit = IDLE_LIMIT) {
    this.#idleLimit = idleLimit
  }

  get size(): number {
    return this.#open.size
  }

  async open(
    session: Session,
    key: Key,
    range: Pick<RangeOptions, 'start' | 'end'>,
    signal: AbortSignal,
  ): Promise<{ stream: string; stat: Stat }> {
    const { store, closing } = session
    const { id, transfer } = await this.#open.add(async () => {
      const stat = await orAbort(store.stat(key, { signal }), signal, 'read')
      const { start = 0, end } = range
      return new PulledStream({ store, key, start, end, stat, closing, idleLimit: this.#idleLimit })
    })
    return { stream: id, stat: transfer.stat }
  }

  async next(stream: string, signal: AbortSignal, maxBytes = DEFAULT_PIECE): Promise<Piece> {
    const pulled = this.#open.get(stream)
    try {
      const piece = await pulled.next(maxBytes, signal)
      if (piece.isLast) this.#open.remove(stream)
      return piece
    } catch (error) {
      // Only a cancelled pull can be continued.
      if (!signal.aborted) await this.close(stream)
      throw error
    }
  }

  /** Ends a stream. A stream that has already ended is accepted. */
  async close(stream: string): Promise<void> {
    await this.#open.remove(stream)?.end()
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }
}

interface PulledStreamOptions {
  readonly store: BinaryDatastore
  readonly key: Key
  readonly start: number
  readonly end: number | undefined
  /** The version that is read. */
  readonly stat: Stat
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Milliseconds after which a stream that is not pulled is ended. */
  readonly idleLimit: number
}

interface Piece {
  readonly bytes: Uint8Array
  readonly isLast: boolean
}

/** A value that is read on demand. Between pulls, nothing is read from the store. */
class PulledStream implements Transfer {
  readonly stat: Stat
  readonly #store: BinaryDatastore
  readonly #key: Key
  readonly #life: TransferLife
  readonly #chunks: AsyncIterator<Uint8Array>
  #kept: Uint8Array[] = []
  /** Bytes that are still to be read from the store. */
  #left: number
  #isDone = false
  #pull: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ store, key, start, end, stat, closing, idleLimit }: PulledStreamOptions) {
    this.stat = stat
    this.#store = store
    this.#key = key
    this.#left = Math.max(0, Math.min(end ?? stat.size, stat.size) - start)
    this.#life = new TransferLife(closing, idleLimit, () => void this.end())
    const { signal } = this.#life
    const isWhole = start === 0 && end === undefined
    // Without a range, a tiered store can keep a copy of a value that was read whole.
    const range = isWhole ? { signal } : { start, end, signal }
    this.#chunks = store.getStream(key, { ...range, fresh: true })[Symbol.asyncIterator]()
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  /** The next bytes, at most `maxBytes`. Concurrent pulls are answered in order. */
  next(maxBytes: number, signal: AbortSignal): Promise<Piece> {
    const result = this.#turn.then(() => this.#next(maxBytes, signal))
    this.#turn = result.catch(() => undefined)
    return result
  }

  async end(): Promise<void> {
    this.#life.finish()
    this.#kept = []
    try {
      await this.#chunks.return?.()
    } catch {
      // The stream has ended, so a failure to close it does not matter.
    }
  }

  async #next(maxBytes: number, signal: AbortSignal): Promise<Piece> {
    this.#life.use()
    while (!this.#isDone && sizeOf(this.#kept) < maxBytes) {
      this.#assertOpen()
      // A cancelled pull keeps what it read for the next one.
      await orAbort(this.#pullOnce(), signal, 'read')
    }
    this.#assertOpen()
    const all = concatBytes(this.#kept)
    const isCut = all.length > maxBytes
    this.#kept = isCut ? [all.slice(maxBytes)] : []
    const isLast = this.#isDone && !isCut
    if (isLast) await this.#finish()
    return { bytes: isCut ? all.slice(0, maxBytes) : all, isLast }
  }

  #pullOnce(): Promise<void> {
    this.#pull ??= this.#pullChunk().finally(() => {
      this.#pull = undefined
    })
    return this.#pull
  }

  async #pullChunk(): Promise<void> {
    try {
      const step = await this.#chunks.next()
      if (step.done !== true) {
        this.#kept.push(step.value)
        this.#left -= step.value.length
      }
      this.#isDone = step.done === true || this.#left <= 0
    } catch (error) {
      this.#assertOpen(error)
      throw error
    }
  }

  async #finish(): Promise<void> {
    // Pulls once more after the last byte, so that the store detects that the whole value was read.
    await this.#chunks.next()
    await this.end()
    const after = await this.#store.stat(this.#key).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    if (after?.etag === this.stat.etag) return
    throw failure('CONFLICT', 'read', this.#key, 'the value was changed while it was read')
  }

  #assertOpen(cause?: unknown): void {
    if (this.isEnded) throw failure('CLOSED', 'read', this.#key, 'the stream was ended', cause)
  }
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((size, chunk) => size + chunk.length, 0)
}
