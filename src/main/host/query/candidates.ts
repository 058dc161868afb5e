import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import { StoreQuerySource } from '../../../core/open/query-source.ts'
import { type Test, testOf } from '../../../core/query/condition.ts'
import { keyBoundsOf } from '../../../core/query/key-bounds.ts'
import { isInKeyOrder } from '../../../core/query/parse-query.ts'
import type { Query } from '../../../core/query/query.ts'
import { walk } from '../../../core/query/walk.ts'
import type { RunPlan } from './query-plan.ts'

/** A key that may be an answer. */
export interface Candidate {
  readonly key: Key
  /** Bytes of the value, if the listing reported them. */
  readonly size?: number | undefined
}

/** The maximum number of keys that the walk may be ahead of the reading of values. */
const MAX_AHEAD = 50_000

/** Keys of one batch. The first batches are smaller, so that the first hits come soon. */
const BATCHES = [16, 64, 256]
const BATCH = 512

/** Milliseconds after which an incomplete batch of a slow store is passed on. */
const SLOW = 10

/** Children of one page of a folder. */
const PAGE = 1000

/**
 * The keys of a store that pass the conditions on keys, in the order of the query, read ahead so that their number is
 * known early.
 */
export class Candidates {
  /** The number of keys that the walk has found. */
  examined = 0
  /** Whether the walk has found every key. */
  isComplete = false
  readonly #walked: AsyncIterable<readonly Candidate[]>
  #waiting: Candidate[] = []
  #failure: { readonly error: unknown } | undefined
  #isEnded = false
  #wakeReader: () => void = () => undefined
  #wakeWalk: () => void = () => undefined

  /** @param isFolder Whether values are files. Then levels are listed whole, which would be slower in engines. */
  constructor(store: BinaryDatastore, plan: RunPlan, isFolder: boolean, signal: AbortSignal) {
    this.#walked = isFolder ? walked(store, plan, signal) : queried(store, plan, signal)
    signal.addEventListener('abort', () => this.end(), { once: true })
    void this.#walk()
  }

  /**
   * Batches in order; the first ones are smaller.
   * @throws The failure of the store.
   */
  async *batches(): AsyncIterable<readonly Candidate[]> {
    for (let number = 0; ; number++) {
      const size = BATCHES[number] ?? BATCH
      while (this.#waiting.length === 0 && !this.isComplete && !this.#isEnded) {
        if (this.#failure !== undefined) throw this.#failure.error
        await new Promise<void>(resolve => (this.#wakeReader = resolve))
      }
      if (this.#failure !== undefined && this.#waiting.length === 0) throw this.#failure.error
      const batch = this.#waiting.splice(0, size)
      if (batch.length === 0) return
      this.#wakeWalk()
      yield batch
    }
  }

  get #isFarAhead(): boolean {
    return this.#waiting.length > MAX_AHEAD && !this.#isEnded
  }

  end(): void {
    this.#isEnded = true
    this.#wakeReader()
    this.#wakeWalk()
  }

  async #walk(): Promise<void> {
    try {
      for await (const batch of this.#walked) {
        if (this.#isEnded) return
        this.examined += batch.length
        for (const candidate of batch) this.#waiting.push(candidate)
        this.#wakeReader()
        while (this.#isFarAhead) await new Promise<void>(resolve => (this.#wakeWalk = resolve))
      }
      this.isComplete = true
    } catch (error) {
      this.#failure = { error }
    }
    this.#wakeReader()
  }
}

/** Finds keys by a query of the store, which an engine answers in one scan. */
async function* queried(
  store: BinaryDatastore,
  plan: RunPlan,
  signal: AbortSignal,
): AsyncIterable<readonly Candidate[]> {
  const { descending, after } = walkOrderOf(plan)
  const query: Query = {
    prefix: plan.parsed.prefix.toString(),
    recursive: plan.parsed.recursive,
    where: plan.keyConditions.length === 0 ? undefined : { and: plan.keyConditions },
    orderBy: [{ field: 'key', descending }],
    after: after?.toString(),
    keysOnly: true,
  }
  let batch: Candidate[] = []
  let began = performance.now()
  for await (const { key } of store.query(query, { scan: true, signal })) {
    batch.push({ key })
    if (batch.length < BATCH && performance.now() - began < SLOW) continue
    yield batch
    batch = []
    began = performance.now()
  }
  if (batch.length > 0) yield batch
}

/** Finds keys by listing level by level, in large pages. */
async function* walked(
  store: BinaryDatastore,
  plan: RunPlan,
  signal: AbortSignal,
): AsyncIterable<readonly Candidate[]> {
  const { prefix, recursive } = plan.parsed
  const tests = plan.keyConditions.map(testOf)
  const bounds = keyBoundsOf(plan.keyConditions)
  const source = new StoreQuerySource(openStoreOf(store))
  const options = { recursive, ...walkOrderOf(plan), bounds, pageSize: PAGE, signal }
  for await (const batch of walk(source, prefix, options)) {
    yield tests.length === 0 ? batch : batch.filter(({ key }) => passes(key, tests))
  }
}

export function passes(key: Key, tests: readonly Test[]): boolean {
  const facts = { key, size: undefined, mtime: undefined, value: undefined }
  return tests.every(test => test(facts))
}

/** The direction and start of the walk. If the results are not in key order, every key is a candidate. */
function walkOrderOf({ parsed }: RunPlan): { readonly descending: boolean; readonly after: Key | undefined } {
  if (!isInKeyOrder(parsed)) return { descending: false, after: undefined }
  return { descending: parsed.orderBy[0]?.descending === true, after: parsed.after }
}
