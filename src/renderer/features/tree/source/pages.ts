import type { Row } from '../../../../shared/procedures/store.ts'
import { isAbortedCall } from '../../../api/client.ts'
import { type Level, type Place, STATUS_ROW } from '../model/row-model.ts'
import { PAGE_ROWS } from './level-calls.ts'
import { Reconciler } from './reconciler.ts'
import type { TreeState } from './tree-state.ts'

interface Page {
  readonly level: Level
  readonly rows: readonly Row[]
}

/** A bounded LRU cache of pages of rows. */
export class PageCache {
  readonly #pages = new Map<string, Page>()
  readonly #maxPages: number

  constructor(maxPages = 200) {
    this.#maxPages = maxPages
  }

  get size(): number {
    return this.#pages.size
  }

  has(level: Level, page: number): boolean {
    return this.#pages.has(pageKey(level, page))
  }

  row(level: Level, index: number): Row | undefined {
    return this.#pages.get(pageKey(level, Math.floor(index / PAGE_ROWS)))?.rows[index % PAGE_ROWS]
  }

  set(level: Level, page: number, rows: readonly Row[]): void {
    const key = pageKey(level, page)
    this.#pages.delete(key)
    this.#pages.set(key, { level, rows })
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#maxPages) break
      this.#pages.delete(oldest)
    }
  }

  /** Marks the page as recently used. */
  touch(level: Level, page: number): void {
    const key = pageKey(level, page)
    const found = this.#pages.get(key)
    if (found === undefined) return
    this.#pages.delete(key)
    this.#pages.set(key, found)
  }

  forget(level: Level): void {
    for (const [key, page] of this.#pages) if (page.level === level) this.#pages.delete(key)
  }
}

/** Identifies a page of a level. */
function pageKey(level: Level, page: number): string {
  return `${level.id}:${page}`
}

interface PageAddress {
  readonly level: Level
  readonly page: number
}

type FetchPage = (address: PageAddress, signal: AbortSignal) => Promise<void>
type PageFailed = (error: unknown) => void

/** Running calls above which those for pages no longer visible are cancelled, oldest first. */
const MAX_RUNNING = 4

/** Reads visible pages, each once, and cancels reads of pages that scrolled away. */
export class PageFetcher {
  readonly #running = new Map<string, AbortController>()
  readonly #failed = new Set<string>()
  readonly #fetch: FetchPage
  readonly #onFailed: PageFailed

  constructor(fetch: FetchPage, onFailed: PageFailed) {
    this.#fetch = fetch
    this.#onFailed = onFailed
  }

  /** @param pages The missing visible pages, most important first. A page that failed is not read before `retry`. */
  request(pages: readonly PageAddress[]): void {
    const wanted = new Set(pages.map(({ level, page }) => pageKey(level, page)))
    for (const address of pages) this.#start(address)
    for (const [key, controller] of this.#running) {
      if (this.#running.size <= MAX_RUNNING) break
      if (wanted.has(key)) continue
      this.#running.delete(key)
      controller.abort()
    }
  }

  retry(): void {
    this.#failed.clear()
  }

  /** Cancels all reads. */
  end(): void {
    for (const controller of this.#running.values()) controller.abort()
    this.#running.clear()
  }

  #start(address: PageAddress): void {
    const key = pageKey(address.level, address.page)
    if (this.#running.has(key) || this.#failed.has(key)) return
    const controller = new AbortController()
    this.#running.set(key, controller)
    void this.#run(address, key, controller)
  }

  async #run(address: PageAddress, key: string, controller: AbortController): Promise<void> {
    try {
      await this.#fetch(address, controller.signal)
    } catch (error) {
      if (controller.signal.aborted || isAbortedCall(error)) return
      this.#failed.add(key)
      this.#onFailed(error)
    } finally {
      if (this.#running.get(key) === controller) this.#running.delete(key)
    }
  }
}

/** The numbers of the visible rows. */
interface VisibleRows {
  readonly first: number
  readonly last: number
  /** Other rows that are needed. */
  readonly alone: readonly number[]
}

/** Reads the pages of the visible rows. */
export class PageReader {
  readonly reconciler: Reconciler
  readonly #state: TreeState
  readonly #fetcher: PageFetcher
  #visible: VisibleRows = { first: 0, last: -1, alone: [] }

  constructor(state: TreeState) {
    this.#state = state
    this.reconciler = new Reconciler(state, level => this.#visiblePagesOf(level))
    this.#fetcher = new PageFetcher(
      (address, signal) => this.#read(address, signal),
      error => state.fail(error),
    )
  }

  /** Sets which rows are visible. */
  setVisible(visible: VisibleRows): void {
    this.#visible = visible
    const missing: PageAddress[] = []
    for (const address of this.#visiblePages()) {
      if (this.#state.pages.has(address.level, address.page)) {
        this.#state.pages.touch(address.level, address.page)
      } else missing.push(address)
    }
    this.#fetcher.request(missing)
  }

  /** Reads again what failed. */
  retry(): void {
    this.#fetcher.retry()
    this.setVisible(this.#visible)
  }

  async row({ level, index }: Place): Promise<Row | undefined> {
    const page = Math.floor(index / PAGE_ROWS)
    if (!this.#state.pages.has(level, page)) await this.#read({ level, page })
    return this.#state.pages.row(level, index)
  }

  end(): void {
    this.#fetcher.end()
  }

  async #read({ level, page }: PageAddress, signal?: AbortSignal): Promise<void> {
    const state = this.#state
    const reply = await state.calls.rows(level.prefix, page * PAGE_ROWS, PAGE_ROWS, signal)
    if (!state.levels.has(level)) return
    if (!state.isCurrent(level, reply)) await this.reconciler.reconcile(level)
    // A level that keeps changing may be newer than this reply. Its rows are shown anyway: the next change event
    // corrects them.
    if (!state.pages.has(level, page)) state.pages.set(level, page, reply.rows)
    state.changed()
  }

  #visiblePagesOf(level: Level): readonly number[] {
    return this.#visiblePages()
      .filter(address => address.level === level)
      .map(address => address.page)
  }

  #visiblePages(): readonly PageAddress[] {
    const { model } = this.#state
    const { first, last, alone } = this.#visible
    const addresses = new Map<string, PageAddress>()
    const add = (row: number) => {
      const { level, index } = model.at(row)
      const page = Math.floor(index / PAGE_ROWS)
      if (index !== STATUS_ROW) addresses.set(pageKey(level, page), { level, page })
    }
    for (let row = Math.max(0, first); row <= Math.min(last, model.rows - 1); row++) add(row)
    for (const row of alone) if (row < model.rows) add(row)
    return [...addresses.values()]
  }
}
