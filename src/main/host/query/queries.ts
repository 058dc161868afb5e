import { orAbort } from '../../../core/concurrency/abortable.ts'
import { isNotFound } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { Query } from '../../../core/query/query.ts'
import type { QueryCost, QueryProblem, QueryReport, ResultRow } from '../../../shared/procedures/query.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { findJsonError } from '../stacks/json-error.ts'
import { OpenTransfers, type Transfer, TransferLife } from '../transfers/open-transfers.ts'
import type { Problem, QueriedSession } from './evaluation.ts'
import type { EvaluatorPool } from './evaluator-pool.ts'
import { planRun, type RunPlan } from './query-plan.ts'
import { QueryRun } from './query-run.ts'

const MAX_QUERIES = 16

/** Milliseconds for which the rows of a run are kept without a request for them. */
const IDLE_LIMIT = 60 * 60_000

/** Milliseconds between two reports. */
const PACE = 100

/** Keys that are checked again concurrently. */
const CONCURRENT_STATS = 16

/** The parts of a session that are needed. */
interface Queried extends QueriedSession {
  readonly closing: AbortSignal
}

/** @throws BadInputError for a text that is not a valid query. */
function planOf(text: string): RunPlan {
  const read = readQuery(text)
  if ('plan' in read) return read.plan
  const { message, path } = read.problem
  throw new BadInputError(path === undefined ? message : `${path}: ${message}`)
}

function readQuery(text: string): { readonly plan: RunPlan } | { readonly problem: QueryProblem } {
  const syntax = findJsonError(text)
  if (syntax !== undefined) return { problem: syntax }
  try {
    return { plan: planRun(JSON.parse(text) as Query) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const [, path, message] = /^Query (\S+): ([^]*)$/.exec(error.message) ?? []
    return { problem: path === undefined ? { message: error.message } : { path, message: message ?? '' } }
  }
}

/** What a query would cost, or what is wrong with it. */
export async function describeQuery(
  { keys }: Queried,
  pool: EvaluatorPool,
  text: string,
  signal: AbortSignal,
): Promise<{ problem?: QueryProblem; cost?: QueryCost }> {
  const read = readQuery(text)
  if ('problem' in read) return read
  const { parsed, reads, columns } = read.plan
  if (reads !== 'keys') pool.warm()
  const cost: QueryCost = { reads, columns: [...columns] }
  if (!keys.isComplete) return { cost }
  const under = parsed.prefix.isRoot ? undefined : parsed.prefix
  for await (const { total } of keys.searchAll({ kind: 'substring', text: '', limit: 0, under }, signal))
    return { cost: { ...cost, keys: total } }
  return { cost }
}

/** The queries of one page. */
export class Queries {
  readonly #open = new OpenTransfers<OpenQuery>('query', MAX_QUERIES)
  readonly #idleLimit: number

  constructor(idleLimit = IDLE_LIMIT) {
    this.#idleLimit = idleLimit
  }

  /** @throws BadInputError for a text that is not a valid query. */
  async open(
    session: Queried,
    pool: EvaluatorPool,
    text: string,
  ): Promise<Pick<QueryCost, 'reads' | 'columns'> & { query: string }> {
    const plan = planOf(text)
    const { id } = await this.#open.add(async () => new OpenQuery(session, pool, plan, this.#idleLimit))
    return { query: id, reads: plan.reads, columns: [...plan.columns] }
  }

  next(query: string, version: number | undefined, signal: AbortSignal): Promise<QueryReport> {
    return this.#open.get(query).next(version, signal)
  }

  async rows(
    query: string,
    range: { readonly offset: number; readonly limit: number; readonly look?: boolean | undefined },
    signal: AbortSignal,
  ): Promise<{ rows: ResultRow[]; version: number }> {
    return this.#open.get(query).rows(range, signal)
  }

  keys(query: string, offset: number, limit: number): string[] {
    return this.#open.get(query).keys(offset, limit)
  }

  sort(query: string, order: RowOrder | undefined): Promise<void> {
    return this.#open.get(query).sort(order)
  }

  problems(query: string): Problem[] {
    return [...this.#open.get(query).problems]
  }

  async stop(query: string): Promise<void> {
    await this.#open.get(query).stop()
  }

  /** Ends a query and frees its results. A query that is already closed is accepted. */
  async close(query: string): Promise<void> {
    await this.#open.remove(query)?.end()
  }

  endAll(): Promise<void> {
    return this.#open.endAll()
  }
}

export interface RowOrder {
  readonly by: 'key' | 'size' | 'mtime'
  readonly descending: boolean
}

/** One run of a query, the order of its rows, and the requests that wait for its progress. */
class OpenQuery implements Transfer {
  readonly #life: TransferLife
  readonly #session: Queried
  readonly #pool: EvaluatorPool
  readonly #run: QueryRun
  readonly #running: Promise<void>
  #failure: { readonly error: unknown } | undefined
  #version = 0
  #lastReport = 0
  #timer: NodeJS.Timeout | undefined
  #wake: () => void = () => undefined
  /** Whether the run has ended and its rows are sorted. */
  #isOver = false
  #order: RowOrder | undefined
  /** The number of sorts that have begun. */
  #sorts = 0
  /** The numbers of the shown rows in the order of the last sort. */
  #sorted: Uint32Array | undefined

  constructor(session: Queried, pool: EvaluatorPool, plan: RunPlan, idleLimit: number) {
    this.#session = session
    this.#pool = pool
    this.#life = new TransferLife(session.closing, idleLimit, () => void this.end())
    this.#run = new QueryRun(session, plan, pool, () => this.#scheduleReport())
    this.#running = this.#start()
  }

  get isEnded(): boolean {
    return this.#life.isOver
  }

  get problems(): readonly Problem[] {
    this.#life.use()
    return this.#run.problems
  }

  async next(version: number | undefined, signal: AbortSignal): Promise<QueryReport> {
    this.#life.use()
    while (this.#version === version && this.#failure === undefined && !this.isEnded)
      await orAbort(new Promise<void>(resolve => (this.#wake = resolve)), signal, 'query')
    if (this.#failure !== undefined) throw this.#failure.error
    const { report } = this.#run
    // A page stops asking after the last report, so that one waits until the rows are sorted.
    return { ...report, isLast: report.isLast && this.#isOver, version: this.#version }
  }

  async rows(
    { offset, limit, look = false }: { offset: number; limit: number; look?: boolean | undefined },
    signal: AbortSignal,
  ): Promise<{ rows: ResultRow[]; version: number }> {
    this.#life.use()
    const version = this.#version
    const rows = this.#numbers(offset, limit).map((number): ResultRow => {
      const { key, size, mtime, detail } = this.#run.results.at(number)
      const columns = detail?.columns?.map(text => text ?? null)
      return { key, size, mtime, excerpt: detail?.excerpt, ...(columns !== undefined && { columns }) }
    })
    return { rows: look ? await this.#withState(rows, signal) : rows, version }
  }

  keys(offset: number, limit: number): string[] {
    this.#life.use()
    return this.#numbers(offset, limit).map(number => this.#run.results.keyAt(number))
  }

  async sort(order: RowOrder | undefined): Promise<void> {
    this.#life.use()
    this.#order = order
    await this.#sort()
  }

  async stop(): Promise<void> {
    this.#run.stop()
    await this.#running
  }

  async end(): Promise<void> {
    this.#life.finish()
    clearTimeout(this.#timer)
    this.#run.stop()
    await this.#running
    this.#wake()
  }

  async #start(): Promise<void> {
    try {
      await this.#run.run()
      await this.#sort()
    } catch (error) {
      if (!this.#run.isStopped) this.#failure = { error }
    }
    this.#isOver = true
    this.#reportNow()
  }

  async #sort(): Promise<void> {
    const sort = ++this.#sorts
    const order = this.#order
    if (order === undefined) this.#sorted = undefined
    else {
      const { results, rowCount } = this.#run
      const all = await this.#pool.order(results.sorted(order.by, order.descending), this.#life.signal)
      // Sorts in different threads may end in any order. The one that began last has seen the most rows.
      if (sort !== this.#sorts) return
      const isWhole = this.#run.order === undefined && all.length === rowCount
      this.#sorted = isWhole
        ? all
        : intersect(all, new Set(Array.from({ length: rowCount }, (_, place) => this.#run.rowAt(place))))
    }
    this.#reportNow()
  }

  #numbers(offset: number, limit: number): number[] {
    const { rowCount } = this.#run
    const count = Math.max(0, Math.min(limit, rowCount - offset))
    return Array.from({ length: count }, (_, index) => {
      const place = offset + index
      return this.#sorted?.[place] ?? this.#run.rowAt(place)
    })
  }

  async #withState(rows: readonly ResultRow[], signal: AbortSignal): Promise<ResultRow[]> {
    const checked: ResultRow[] = []
    for (let start = 0; start < rows.length; start += CONCURRENT_STATS)
      checked.push(
        ...(await Promise.all(
          rows.slice(start, start + CONCURRENT_STATS).map(row => this.#rowWithState(row, signal)),
        )),
      )
    return checked
  }

  async #rowWithState(row: ResultRow, signal: AbortSignal): Promise<ResultRow> {
    try {
      const stat = this.#session.store.stat(Key.parse(row.key), { signal })
      const { size, mtime } = await orAbort(stat, signal, 'stat')
      // A copy in a cache has a time of its own.
      const isChanged = isOther(row.size, size) || (this.#run.isFolder && isOther(row.mtime, mtime))
      return { ...row, size, mtime, ...(isChanged && { state: 'changed' as const }) }
    } catch (error) {
      if (signal.aborted) throw error
      return { ...row, state: isNotFound(error) ? 'deleted' : 'unreadable' }
    }
  }

  /** Reports progress immediately, or after a delay if the last report is recent. */
  #scheduleReport(): void {
    const due = this.#lastReport + PACE - performance.now()
    if (due <= 0) this.#reportNow()
    else this.#timer ??= setTimeout(() => this.#reportNow(), due)
  }

  #reportNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastReport = performance.now()
    this.#version++
    this.#wake()
  }
}

function isOther(known: number | undefined, now: number | undefined): boolean {
  return known !== undefined && now !== undefined && known !== now
}

/** Those of `all` that are wanted, in the order of `all`. */
function intersect(all: Uint32Array, wanted: ReadonlySet<number>): Uint32Array {
  return all.filter(row => wanted.has(row))
}
