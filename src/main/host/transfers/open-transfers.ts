import { DatastoreError } from '../../../core/errors.ts'

/** A stream, upload, drop, search or query that a page has open. */
export interface Transfer {
  readonly isEnded: boolean
  /** Ends the transfer immediately, regardless of its state. Never rejects. */
  end(): Promise<void>
}

/** The open transfers of one page and one type, by id. Their number is limited. */
export class OpenTransfers<T extends Transfer> {
  readonly #sort: string
  readonly #limit: number
  readonly #transfers = new Map<string, T>()
  #opening = 0
  #lastId = 0
  #isClosed = false

  /** @param sort The type's name in ids and messages: `stream`. */
  constructor(sort: string, limit: number) {
    this.#sort = sort
    this.#limit = limit
  }

  get size(): number {
    return this.#transfers.size
  }

  /** @throws DatastoreError `CONFLICT` if the page has too many open. */
  async add(open: () => Promise<T>): Promise<{ readonly id: string; readonly transfer: T }> {
    for (const [id, transfer] of this.#transfers) if (transfer.isEnded) this.#transfers.delete(id)
    if (this.#transfers.size + this.#opening >= this.#limit) {
      const state = `${this.#limit} are open, close one of them first`
      throw new DatastoreError('CONFLICT', `Cannot open another ${this.#sort}: ${state}`)
    }
    this.#opening++
    try {
      const transfer = await open()
      if (this.#isClosed) await transfer.end()
      const id = `${this.#sort}-${++this.#lastId}`
      this.#transfers.set(id, transfer)
      return { id, transfer }
    } finally {
      this.#opening--
    }
  }

  /** @throws DatastoreError `CLOSED` */
  get(id: string): T {
    const transfer = this.#transfers.get(id)
    if (transfer?.isEnded === false) return transfer
    this.#transfers.delete(id)
    throw new DatastoreError('CLOSED', `Cannot find ${this.#sort} ${JSON.stringify(id)}: it has ended`)
  }

  /**
   * Removes a transfer from the table, without ending it.
   * @returns The transfer, if there was one.
   */
  remove(id: string): T | undefined {
    const transfer = this.#transfers.get(id)
    this.#transfers.delete(id)
    return transfer
  }

  async endAll(): Promise<void> {
    this.#isClosed = true
    const transfers = [...this.#transfers.values()]
    this.#transfers.clear()
    await Promise.all(transfers.map(transfer => transfer.end()))
  }
}

/** The lifetime of a transfer: until it is ended, its session closes, or it was idle for too long. */
export class TransferLife {
  readonly #controller = new AbortController()
  readonly #closing: AbortSignal
  readonly #idleLimit: number
  readonly #end: () => void
  #timer: NodeJS.Timeout | undefined

  /**
   * @param closing Fires when the session closes.
   * @param idleLimit The maximum number of milliseconds between two uses.
   * @param end Called in either case.
   */
  constructor(closing: AbortSignal, idleLimit: number, end: () => void) {
    this.#closing = closing
    this.#idleLimit = idleLimit
    this.#end = end
    closing.addEventListener('abort', end, { once: true })
    this.use()
  }

  /** Fires when the transfer ends. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isOver(): boolean {
    return this.signal.aborted
  }

  /** Begins a new idle period. */
  use(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#end, this.#idleLimit)
    this.#timer.unref()
  }

  finish(): void {
    clearTimeout(this.#timer)
    this.#closing.removeEventListener('abort', this.#end)
    this.#controller.abort()
  }
}
