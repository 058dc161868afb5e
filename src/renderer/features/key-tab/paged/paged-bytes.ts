import { Emitter } from '../../../../core/concurrency/emitter.ts'
/** Bytes of one page. */
export const BYTE_PAGE = 64 * 1024

/** The maximum number of pages kept; older ones are read again when needed. */
const MAX_PAGES = 64

/** Reads `start` to `end` (exclusive) of one version of a value. */
export type ReadRange = (start: number, end: number, signal: AbortSignal) => Promise<Uint8Array>

/** A value of which only visible parts are read. Holds at most 4 MiB. */
export class PagedBytes {
  readonly size: number
  #read: ReadRange
  #pages = new Map<number, Uint8Array>()
  #running = new Map<number, AbortController>()
  #failed = new Set<number>()
  readonly #changed = new Emitter()
  #version = 0
  #error: unknown

  constructor(size: number, head: Uint8Array, read: ReadRange) {
    this.size = size
    this.#read = read
    for (let page = 0; (page + 1) * BYTE_PAGE <= head.length && page < MAX_PAGES; page++) {
      this.#pages.set(page, head.slice(page * BYTE_PAGE, (page + 1) * BYTE_PAGE))
    }
  }

  /** Grows when a page is loaded or fails. */
  get version(): number {
    return this.#version
  }

  /** Why the last failed page could not be read. */
  get error(): unknown {
    return this.#error
  }

  byteAt(offset: number): number | undefined {
    return this.#pages.get(Math.floor(offset / BYTE_PAGE))?.[offset % BYTE_PAGE]
  }

  /** Reads a range without keeping it. */
  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#read(start, Math.min(end, this.size), signal)
  }

  /**
   * Requests the bytes from `start` to `end` and cancels reads of other pages. A page that failed is not read again
   * before `retry`.
   */
  request(start: number, end: number): void {
    const first = Math.floor(start / BYTE_PAGE)
    const last = Math.floor(Math.max(start, Math.min(end, this.size) - 1) / BYTE_PAGE)
    for (const [page, controller] of this.#running) if (page < first || page > last) controller.abort()
    for (let page = first; page <= last; page++) this.#loadPage(page)
  }

  /** Allows failed pages to be read again. */
  retry(): void {
    this.#failed.clear()
    this.#error = undefined
    this.#emit()
  }

  readonly subscribe = this.#changed.subscribe

  /** Cancels all reads. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort()
    this.#changed.clear()
  }

  #loadPage(page: number): void {
    const known = this.#pages.get(page)
    if (known !== undefined) {
      this.#pages.delete(page)
      this.#pages.set(page, known)
      return
    }
    const running = this.#running.get(page)
    if (page * BYTE_PAGE >= this.size || this.#failed.has(page) || running?.signal.aborted === false) return
    const controller = new AbortController()
    this.#running.set(page, controller)
    void this.#load(page, controller)
  }

  async #load(page: number, controller: AbortController): Promise<void> {
    try {
      const start = page * BYTE_PAGE
      const bytes = await this.#read(start, Math.min(this.size, start + BYTE_PAGE), controller.signal)
      if (controller.signal.aborted) return
      this.#keep(page, bytes)
    } catch (error) {
      if (controller.signal.aborted) return
      this.#failed.add(page)
      this.#error = error
    } finally {
      if (this.#running.get(page) === controller) this.#running.delete(page)
    }
    this.#emit()
  }

  #emit(): void {
    this.#version += 1
    this.#changed.emit()
  }

  #keep(page: number, bytes: Uint8Array): void {
    this.#pages.set(page, bytes)
    const oldest = this.#pages.keys().next()
    if (this.#pages.size > MAX_PAGES && oldest.done === false) this.#pages.delete(oldest.value)
  }
}
