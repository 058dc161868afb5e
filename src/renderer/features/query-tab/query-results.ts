import { Emitter } from '../../../core/concurrency/emitter.ts'
import type { QueryCost, QueryReport, ResultRow } from '../../../shared/procedures/query.ts'
import { MAX_RESULT_KEYS } from '../../../shared/query-limits.ts'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { readQuery } from './query-text.ts'

/** Rows of one call. */
const PAGE = 100

/** Pages that are kept; others are read again when they are wanted. */
const MAX_PAGES = 60

/** Milliseconds after a change of keys until the rows in sight are looked at again. */
const QUIET = 300

export interface RowOrder {
  readonly by: 'key' | 'size' | 'mtime'
  readonly descending: boolean
}

export interface ResultsState {
  /** Absent before the first run. */
  readonly report: QueryReport | undefined
  readonly isRunning: boolean
  readonly error: string | undefined
  /** Another number for each run. */
  readonly run: number
  /** The branch that the run looks below. */
  readonly prefix: string
  readonly order: RowOrder | undefined
  /** What the run reads of each key; absent until it has begun. */
  readonly reads: QueryCost['reads'] | undefined
  /** Paths that rows have columns for. */
  readonly columns: readonly string[]
  /** Whether rows tell where in a value something was found. */
  readonly hasExcerpts: boolean
  /** Grows with every change of what there is to show. */
  readonly revision: number
}

const NOTHING: ResultsState = {
  report: undefined,
  isRunning: false,
  error: undefined,
  run: 0,
  prefix: '/',
  order: undefined,
  reads: undefined,
  columns: [],
  hasExcerpts: false,
  revision: 0,
}

interface Page {
  readonly rows: readonly ResultRow[]
  readonly version: number
  /** Whether the keys were looked at since. */
  readonly isLooked: boolean
}

/** The latest run of one query tab: how far it is, and those of its rows that one looks at. */
export class QueryResults {
  readonly #client: Client
  readonly #session: string
  readonly #changed = new Emitter()
  readonly #pages = new Map<number, Page>()
  readonly #loading = new Map<number, AbortController>()
  #query: string | undefined
  #run = new AbortController()
  #wanted = { first: 0, end: 0 }
  #timer: ReturnType<typeof setTimeout> | undefined
  #state = NOTHING

  constructor(client: Client, session: string) {
    this.#client = client
    this.#session = session
  }

  readonly subscribe = this.#changed.subscribe

  readonly getState = (): ResultsState => this.#state

  /** Follows the keys. @returns Ends the run. */
  start(): () => void {
    const end = this.#client.on('valueChanged', ({ session }) => {
      if (session === this.#session) this.#lookSoon()
    })
    return () => {
      end()
      clearTimeout(this.#timer)
      this.#forget()
      this.#state = { ...NOTHING, run: this.#state.run + 1 }
    }
  }

  /** Runs a query in the place of the one before. */
  async run(text: string, order?: RowOrder): Promise<void> {
    this.#forget()
    const run = new AbortController()
    this.#run = run
    const prefix = readQuery(text)?.query.prefix ?? '/'
    this.#show({ ...NOTHING, isRunning: true, run: this.#state.run + 1, prefix, order })
    try {
      const { query, reads, columns } = await this.#client.call('query.open', {
        session: this.#session,
        text,
      })
      if (run.signal.aborted) {
        this.#close(query)
        return
      }
      this.#query = query
      this.#show({ reads, columns })
      if (order !== undefined) await this.#client.call('query.sort', { query, ...order })
      await this.#follow(query, run.signal)
    } catch (error) {
      if (!run.signal.aborted && !isAbortedCall(error)) this.#failed(error)
    }
  }

  async #follow(query: string, signal: AbortSignal): Promise<void> {
    for (let version: number | undefined; ; ) {
      const report = await this.#client.call('query.next', { query, version }, { signal })
      if (signal.aborted) return
      version = report.version
      this.#show({ report, isRunning: !report.isLast })
      this.#bring()
      if (report.isLast) return
    }
  }

  /** Ends the run; what was found stays. */
  async stop(): Promise<void> {
    if (this.#query !== undefined) await this.#client.call('query.stop', { query: this.#query })
  }

  async sort(order: RowOrder | undefined): Promise<void> {
    const query = this.#query
    if (query === undefined) return
    this.#show({ order })
    await this.#client.call('query.sort', { query, ...order })
    const report = await this.#client.call('query.next', { query })
    if (query !== this.#query) return
    this.#show({ report })
    this.#bring()
  }

  /** `undefined` for a row that has not come yet. */
  rowAt(index: number): ResultRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE]
  }

  /** Says which rows are seen; `end` is exclusive. */
  want(first: number, end: number): void {
    this.#wanted = { first, end }
    this.#bring()
  }

  /** Keys of the rows from `first`, at most `most`. */
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

  #bring(): void {
    const { report } = this.#state
    if (this.#query === undefined || report === undefined) return
    const first = Math.floor(this.#wanted.first / PAGE)
    const last = Math.floor((Math.min(this.#wanted.end, report.rows) - 1) / PAGE)
    for (const [number, loading] of this.#loading) if (number < first || number > last) loading.abort()
    for (let number = first; number <= last; number++) {
      const page = this.#pages.get(number)
      const isCurrent =
        page !== undefined && page.version >= report.version && (page.isLooked || !report.isLast)
      if (!isCurrent && !this.#loading.has(number)) void this.#load(number)
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
      // Rows come at once; when nothing new comes, what became of their keys is asked for.
      const look = isKnown && report.isLast
      const asked = { query, offset: number * PAGE, limit: PAGE, look }
      const { rows, version } = await this.#client.call('query.rows', asked, { signal })
      if (signal.aborted || query !== this.#query) return
      this.#keep(number, { rows, version, isLooked: look })
    } catch (error) {
      if (!signal.aborted && query === this.#query && !isAbortedCall(error)) this.#failed(error)
    } finally {
      if (this.#loading.get(number) === controller) this.#loading.delete(number)
    }
    if (query === this.#query && this.#state.error === undefined) this.#bring()
  }

  #keep(number: number, page: Page): void {
    this.#pages.delete(number)
    this.#pages.set(number, page)
    const oldest = this.#pages.keys().next()
    if (this.#pages.size > MAX_PAGES && oldest.done === false) this.#pages.delete(oldest.value)
    const hasExcerpts = this.#state.hasExcerpts || page.rows.some(({ excerpt }) => excerpt !== undefined)
    this.#show({ hasExcerpts })
  }

  #lookSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      for (const [number, page] of this.#pages) this.#pages.set(number, { ...page, isLooked: false })
      this.#bring()
    }, QUIET)
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
    if (this.#query !== undefined) this.#close(this.#query)
    this.#query = undefined
  }

  #close(query: string): void {
    // A host that is gone has closed it.
    void this.#client.call('query.close', { query }).catch(() => undefined)
  }

  #show(change: Partial<ResultsState>): void {
    this.#state = { ...this.#state, ...change, revision: this.#state.revision + 1 }
    this.#changed.emit()
  }
}
