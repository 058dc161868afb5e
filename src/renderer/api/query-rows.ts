import { Emitter } from '../../core/concurrency/emitter.ts'
import { MAX_RESULT_KEYS } from '../../shared/contract-constants.ts'
import type { QueryCost, QueryReport, ResultRow } from '../../shared/procedures/query.ts'
import { CallError, type Client, isAbortedCall } from './client.ts'

/** Rows of one call. */
const PAGE = 100

/** Pages that are kept; others are read again when they are wanted. */
const MAX_PAGES = 60

export interface RowOrder {
  readonly by: 'key' | 'size' | 'mtime'
  readonly descending: boolean
}

export interface QueryRowsState {
  /** The query that runs or ran last; absent before the first run. */
  readonly text: string | undefined
  /** Absent until the run reports its progress. */
  readonly report: QueryReport | undefined
  readonly isRunning: boolean
  readonly error: string | undefined
  /** Another number for each run. */
  readonly run: number
  /** Without one, rows are in the order in which they were found. */
  readonly order: RowOrder | undefined
  /** The host has put the rows into `order`. */
  readonly isSorted: boolean
  /** What the run reads of each key; absent until the run has begun. */
  readonly reads: QueryCost['reads'] | undefined
  /** Paths that rows have columns for. */
  readonly columns: readonly string[]
  /** Whether rows include the position of a match in the value. */
  readonly hasExcerpts: boolean
  /** Increments with every change of what is shown. */
  readonly revision: number
}

const NOTHING: QueryRowsState = {
  text: undefined,
  report: undefined,
  isRunning: false,
  error: undefined,
  run: 0,
  order: undefined,
  isSorted: false,
  reads: undefined,
  columns: [],
  hasExcerpts: false,
  revision: 0,
}

interface Page {
  readonly rows: readonly ResultRow[]
  readonly version: number
  /** Whether its keys were checked since they changed, or need not be. */
  readonly isChecked: boolean
}

/**
 * The rows of one query at a time. The host runs, sorts and keeps them. The page reads the visible ones by number, and
 * follows the progress of the run.
 */
export class QueryRows {
  readonly #client: Client
  readonly #session: string
  readonly #readsState: boolean
  readonly #changed = new Emitter()
  readonly #pages = new Map<number, Page>()
  readonly #loading = new Map<number, AbortController>()
  #query: string | undefined
  #run = new AbortController()
  #visible = { first: 0, end: PAGE }
  #state = NOTHING

  /** @param looks Whether rows include what happened to their keys since they were found. */
  constructor(client: Client, session: string, { readsState }: { readonly readsState: boolean }) {
    this.#client = client
    this.#session = session
    this.#readsState = readsState
  }

  readonly subscribe = this.#changed.subscribe

  readonly getState = (): QueryRowsState => this.#state

  /** Runs a query and replaces the previous one. */
  async run(text: string, order?: RowOrder): Promise<void> {
    this.#forget()
    const { signal } = (this.#run = new AbortController())
    this.#show({ ...NOTHING, text, order, isRunning: true, run: this.#state.run + 1 })
    try {
      const opened = await this.#client.call('query.open', { session: this.#session, text })
      const { query, reads, columns } = opened
      if (signal.aborted) {
        this.#drop(query)
        return
      }
      this.#query = query
      this.#show({ reads, columns })
      // Another order may have been requested meanwhile.
      if (this.#state.order !== undefined) await this.#sort(query)
      await this.#follow(query, signal)
    } catch (error) {
      if (!signal.aborted && !isAbortedCall(error)) this.#failed(error)
    }
  }

  async #follow(query: string, signal: AbortSignal): Promise<void> {
    for (let version: number | undefined; ; ) {
      const report = await this.#client.call('query.next', { query, version }, { signal })
      if (signal.aborted) return
      version = report.version
      this.#show({ report, isRunning: !report.isLast })
      this.#loadVisible()
      if (report.isLast) return
    }
  }

  /** Ends the run; what was found stays. */
  async stop(): Promise<void> {
    if (this.#query !== undefined) await this.#client.call('query.stop', { query: this.#query })
  }

  /** Ends the run and forgets its rows. */
  close(): void {
    this.#forget()
    this.#show({ ...NOTHING, run: this.#state.run + 1 })
  }

  /** Sets the order of the rows, and of those that are found later. */
  async sort(order: RowOrder | undefined): Promise<void> {
    this.#show({ order, isSorted: false })
    const query = this.#query
    const { text } = this.#state
    if (query === undefined || text === undefined) return
    try {
      await this.#sort(query)
      const report = await this.#client.call('query.next', { query })
      if (query !== this.#query) return
      this.#show({ report })
      this.#loadVisible()
    } catch (error) {
      if (query !== this.#query || isAbortedCall(error)) return
      // The host drops queries that were not used for a long time.
      await this.run(text, order)
    }
  }

  async #sort(query: string): Promise<void> {
    const { order } = this.#state
    await this.#client.call('query.sort', { query, ...order })
    if (query === this.#query && order === this.#state.order) this.#show({ isSorted: true })
  }

  /** `undefined` for a row that is not loaded yet. */
  rowAt(index: number): ResultRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE]
  }

  /** Sets the visible rows; `end` is exclusive. */
  setVisible(first: number, end: number): void {
    this.#visible = { first, end }
    this.#loadVisible()
  }

  /** Reads the state of the keys again: sizes, times, and which were deleted. Rows keep their positions. */
  readStateAgain(): void {
    for (const [number, page] of this.#pages) this.#pages.set(number, { ...page, isChecked: false })
    this.#loadVisible()
  }

  /** Keys of at most `most` rows from `first`, including rows that were never read. */
  async keys(first: number, most: number): Promise<string[]> {
    const keys: string[] = []
    const query = this.#query
    while (query !== undefined && keys.length < most) {
      const limit = Math.min(MAX_RESULT_KEYS, most - keys.length)
      const more = await this.#client.call('query.keys', { query, offset: first + keys.length, limit })
      keys.push(...more.keys)
      if (more.keys.length < limit) break
    }
    return keys
  }

  async problems(): Promise<readonly { readonly key: string; readonly message: string }[]> {
    if (this.#query === undefined) return []
    return (await this.#client.call('query.problems', { query: this.#query })).problems
  }

  #loadVisible(): void {
    const { report } = this.#state
    if (this.#query === undefined || report === undefined) return
    const first = Math.floor(this.#visible.first / PAGE)
    const last = Math.floor((Math.min(this.#visible.end, report.rows) - 1) / PAGE)
    for (const [number, loading] of this.#loading) if (number < first || number > last) loading.abort()
    for (let number = first; number <= last; number++) {
      const page = this.#pages.get(number)
      const isCurrent =
        page !== undefined && page.version >= report.version && (page.isChecked || !report.isLast)
      if (!isCurrent && this.#loading.get(number)?.signal.aborted !== false) void this.#load(number)
    }
  }

  async #load(number: number): Promise<void> {
    const query = this.#query
    const { report } = this.#state
    if (query === undefined || report === undefined) return
    const controller = new AbortController()
    const { signal } = controller
    this.#loading.set(number, controller)
    const isKnown = (this.#pages.get(number)?.version ?? -1) >= report.version
    try {
      // Rows are loaded first. Once no new rows arrive, the state of their keys is requested.
      const look = this.#readsState && isKnown && report.isLast
      const asked = { query, offset: number * PAGE, limit: PAGE, look }
      const { rows, version } = await this.#client.call('query.rows', asked, { signal })
      if (signal.aborted || query !== this.#query) return
      this.#keep(number, { rows, version, isChecked: look || !this.#readsState })
    } catch (error) {
      if (!signal.aborted && query === this.#query && !isAbortedCall(error)) this.#failed(error)
    } finally {
      if (this.#loading.get(number) === controller) this.#loading.delete(number)
    }
    if (query === this.#query && this.#state.error === undefined) this.#loadVisible()
  }

  #keep(number: number, page: Page): void {
    this.#pages.delete(number)
    this.#pages.set(number, page)
    const oldest = this.#pages.keys().next()
    if (this.#pages.size > MAX_PAGES && oldest.done === false) this.#pages.delete(oldest.value)
    const hasExcerpts = this.#state.hasExcerpts || page.rows.some(({ excerpt }) => excerpt !== undefined)
    this.#show({ hasExcerpts })
  }

  #failed(error: unknown): void {
    const message = error instanceof CallError ? error.message : String(error)
    this.#show({ isRunning: false, error: message })
  }

  #forget(): void {
    this.#run.abort()
    for (const loading of this.#loading.values()) loading.abort()
    this.#loading.clear()
    this.#pages.clear()
    if (this.#query !== undefined) this.#drop(this.#query)
    this.#query = undefined
  }

  #drop(query: string): void {
    // A host that is gone has closed it.
    void this.#client.call('query.close', { query }).catch(() => undefined)
  }

  #show(change: Partial<QueryRowsState>): void {
    this.#state = { ...this.#state, ...change, revision: this.#state.revision + 1 }
    this.#changed.emit()
  }
}
