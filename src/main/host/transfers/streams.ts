import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { RangeOptions, Stat } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Session } from '../sessions/session.ts'
import { OpenTransfers } from './open-transfers.ts'
import { type Piece, PulledStream } from './pulled-stream.ts'

const MAX_STREAMS = 32

/** Milliseconds that a stream may be left alone. */
const IDLE_LIMIT = 10 * 60_000

const DEFAULT_PIECE = 1024 * 1024

/** The streams that one page reads. */
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
      // Only a cancelled pull can be taken up again.
      if (!signal.aborted) await this.close(stream)
      throw error
    }
  }

  /** Ends a stream. One that has ended already is accepted. */
  async close(stream: string): Promise<void> {
    await this.#open.remove(stream)?.end()
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }
}
