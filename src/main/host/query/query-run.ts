import { setMaxListeners } from 'node:events'
import { Slices, sortInSlices } from '../../../core/concurrency/slices.ts'
import { failure } from '../../../core/errors.ts'
import { unpack } from '../../../core/key-index/packed.ts'
import { decodeKey, encodeKey } from '../../../core/ordered/strata/key-bytes.ts'
import { testOf } from '../../../core/query/condition.ts'
import { comparePlaces, type Placed } from '../../../core/query/order.ts'
import { isInKeyOrder } from '../../../core/query/parse-query.ts'
import { MAX_RESULTS } from '../../../shared/contract-constants.ts'
import type { QueryReport } from '../../../shared/procedures/query.ts'
import { Candidates, passes } from './candidates.ts'
import { type EvaluatedBatch, Evaluation, type Problem, type QueriedSession } from './evaluation.ts'
import type { EvaluatorPool } from './evaluator-pool.ts'
import type { RunPlan } from './query-plan.ts'
import { Results } from './results.ts'

/** The maximum number of hits that are kept if the results are not in key order. */
const MAX_ORDERED = 100_000

/** The maximum number of keys whose problems are kept. */
const MAX_PROBLEMS = 1000

/** Milliseconds between two sorts while a run continues. */
const REORDER = 500

interface Ordered extends Placed {
  readonly row: number
}

/** One run of a query over a session. */
export class QueryRun {
  readonly results = new Results()
  readonly problems: Problem[] = []
  /** The numbers of the rows in order; `undefined` if they are in the order in which they were found. */
  order: Uint32Array | undefined
  readonly #plan: RunPlan
  readonly #session: QueriedSession
  readonly #pool: EvaluatorPool
  readonly #end = new AbortController()
  readonly #onProgress: () => void
  readonly #began = performance.now()
  #elapsed: number | undefined
  #candidates: Candidates | undefined
  #total: number | undefined
  #ordered: Ordered[] = []
  #lastOrder = 0
  #searched = 0
  #found = 0
  #byteLength = 0
  #problemCount = 0
  #isStopped = false
  #isFolder = false
  #isCut = false

  constructor(session: QueriedSession, plan: RunPlan, pool: EvaluatorPool, onProgress: () => void) {
    // Each concurrent read adds a listener.
    setMaxListeners(0, this.#end.signal)
    this.#session = session
    this.#plan = plan
    this.#pool = pool
    this.#onProgress = onProgress
  }

  /**
   * Runs to the end.
   * @throws The failure of the store, unless it concerns a single key.
   */
  async run(): Promise<void> {
    try {
      const { index } = this.#plan
      if (index !== undefined && this.#session.keys.isComplete) await this.#search(index)
      else await this.#walk()
      await this.#putInOrder()
    } finally {
      this.#elapsed = performance.now() - this.#began
    }
  }

  /** Whether each value is a file, so that a different modification time means a different version. */
  get isFolder(): boolean {
    return this.#isFolder
  }

  /** Whether the run was stopped before it was complete. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Stops the run. Results found so far are kept. */
  stop(): void {
    this.#isStopped ||= this.#elapsed === undefined
    this.#end.abort()
  }

  /** The number of rows that are shown. */
  get rowCount(): number {
    return this.order?.length ?? Math.min(this.results.length, this.#limit)
  }

  /** The number of the row in `results` that is shown at a place. */
  rowAt(place: number): number {
    return this.order === undefined ? place : (this.order[place] as number)
  }

  get report(): Omit<QueryReport, 'version'> {
    const candidates = this.#candidates
    const isExact = this.#total !== undefined || candidates?.isComplete === true
    return {
      rows: this.rowCount,
      found: this.#found,
      searched: this.#searched,
      total: this.#total ?? candidates?.examined ?? 0,
      isTotalExact: isExact,
      bytesRead: this.#byteLength,
      problems: this.#problemCount,
      elapsed: this.#elapsed ?? performance.now() - this.#began,
      isLast: this.#elapsed !== undefined,
      isStopped: this.#isStopped,
      isCut: this.#isCut,
    }
  }

  get #limit(): number {
    return Math.min(this.#plan.parsed.limit, MAX_RESULTS)
  }

  /** Searches the index of keys. Hits are added as packed rows, without creating a `Key` for each. */
  async #search({ search, rest }: NonNullable<RunPlan['index']>): Promise<void> {
    const { prefix, recursive } = this.#plan.parsed
    const tests = rest.map(testOf)
    const isPacked = tests.length === 0 && recursive
    const asked = { ...search, limit: Infinity, under: prefix.isRoot ? undefined : prefix }
    const slices = new Slices()
    for await (const report of this.#session.keys.searchAll(asked, this.#end.signal)) {
      this.#searched = report.searched
      this.#total = report.total
      if (isPacked) {
        this.results.addPacked(report.keys, MAX_RESULTS)
        this.#found = report.found
      } else {
        for (const bytes of unpack(report.keys)) {
          const key = decodeKey(bytes)
          if (slices.step()) await slices.pause()
          if ((!recursive && key.depth > prefix.depth + 1) || !passes(key, tests)) continue
          if (this.results.length < MAX_RESULTS) this.results.add(bytes, undefined, undefined)
          this.#found++
        }
      }
      this.#isCut = this.#found > MAX_RESULTS
      this.#onProgress()
    }
    await this.#inKeyOrder()
  }

  /** Sorts the rows by key, because the index returns keys in several runs, and applies `offset` and `limit`. */
  async #inKeyOrder(): Promise<void> {
    const { orderBy, offset, limit } = this.#plan.parsed
    const descending = orderBy[0]?.descending === true
    const { results } = this
    if (results.isInKeyOrder && !descending && offset === 0) return
    const all = results.isInKeyOrder
      ? Uint32Array.from({ length: results.length }, (_, row) =>
          descending ? results.length - 1 - row : row,
        )
      : await this.#pool.order(results.sorted('key', descending), this.#end.signal)
    this.order = all.slice(offset, offset + Math.min(limit, MAX_RESULTS))
  }

  async #walk(): Promise<void> {
    const { parsed } = this.#plan
    const { signal } = this.#end
    const inKeyOrder = isInKeyOrder(parsed)
    if (parsed.limit === 0) return
    const evaluation = new Evaluation(this.#session, this.#plan, this.#pool, signal)
    this.#isFolder = evaluation.isFolder
    const candidates = new Candidates(this.#session.store, this.#plan, evaluation.isFolder, signal)
    this.#candidates = candidates
    this.#countAll(signal).catch(() => undefined)
    const maxPending = this.#pool.size * 2 + 1
    const pending: Promise<EvaluatedBatch>[] = []
    let toSkip = inKeyOrder ? parsed.offset : 0
    const take = async (): Promise<boolean> => {
      const evaluated = await (pending.shift() as Promise<EvaluatedBatch>)
      if (signal.aborted) return false
      toSkip = this.#take(evaluated, toSkip)
      await this.#orderNow(false)
      this.#onProgress()
      return !inKeyOrder || this.results.length < this.#limit
    }
    try {
      let needsMore = true
      for await (const batch of candidates.batches()) {
        const evaluated = evaluation.evaluate(batch)
        // It is not awaited before its turn, so its rejection must be handled here.
        evaluated.catch(() => undefined)
        pending.push(evaluated)
        if (pending.length >= maxPending) needsMore = await take()
        if (!needsMore || signal.aborted) break
      }
      while (needsMore && !signal.aborted && pending.length > 0) needsMore = await take()
    } finally {
      candidates.end()
      evaluation.end()
    }
  }

  /** Reads the number of candidates from the key index, if it is filled. */
  async #countAll(signal: AbortSignal): Promise<void> {
    const { keys } = this.#session
    const { parsed, keyConditions } = this.#plan
    if (!keys.isComplete || keyConditions.length > 0 || !parsed.recursive) return
    const under = parsed.prefix.isRoot ? undefined : parsed.prefix
    const none = { kind: 'substring', text: '', limit: 0, under } as const
    for await (const { total } of keys.searchAll(none, signal)) this.#total = total
  }

  #take({ batch, hits, problems, byteLength }: EvaluatedBatch, skip: number): number {
    const { orderBy } = this.#plan.parsed
    const isOrdered = !isInKeyOrder(this.#plan.parsed)
    let toSkip = skip
    for (const { index, size, mtime, detail, place } of hits) {
      const key = batch[index]?.key
      if (key === undefined) continue
      this.#found++
      if (toSkip > 0) {
        toSkip--
        continue
      }
      if (this.results.length >= (isOrdered ? MAX_RESULTS : this.#limit)) {
        this.#isCut = this.results.length >= MAX_RESULTS
        if (!isOrdered) this.#found--
        continue
      }
      if (isOrdered) {
        const known = place?.map((one, at) => (orderBy[at]?.field.kind === 'key' ? key : one)) ?? []
        this.#ordered.push({ key, place: known, row: this.results.length })
      }
      this.results.add(encodeKey(key), size, mtime, detail)
    }
    this.#searched += batch.length
    this.#byteLength += byteLength
    this.#problemCount += problems.length
    this.problems.push(...problems.slice(0, MAX_PROBLEMS - this.problems.length))
    return toSkip
  }

  async #putInOrder(): Promise<void> {
    if (!isInKeyOrder(this.#plan.parsed)) await this.#orderNow(true)
  }

  /** Sorts the hits found so far, at most once per `REORDER` milliseconds. */
  async #orderNow(isLast: boolean): Promise<void> {
    const { parsed } = this.#plan
    if (isInKeyOrder(parsed)) return
    if (!isLast && performance.now() - this.#lastOrder < REORDER) return
    const { after, offset, limit } = parsed
    const sorted = await sortInSlices(this.#ordered, new Slices(), comparePlaces(parsed.orderBy))
    // Hits past the end of the result cannot become part of it again, unless its start (`after`) is not found yet.
    const kept = Math.min(after === undefined ? offset + limit : Infinity, MAX_ORDERED)
    if (sorted.length > MAX_ORDERED) this.#isCut = true
    this.#ordered = sorted.length > kept ? sorted.slice(0, kept) : sorted
    const start = after === undefined ? 0 : this.#ordered.findIndex(({ key }) => key.equals(after)) + 1
    if (isLast && after !== undefined && start === 0)
      throw failure(
        'NOT_FOUND',
        'query past',
        after,
        'it is not a result of this query, so it has no position in the order',
      )
    const shown = this.#ordered.slice(start + offset, start + offset + limit)
    this.order = Uint32Array.from(shown, ({ row }) => row)
    this.#lastOrder = performance.now()
  }
}
