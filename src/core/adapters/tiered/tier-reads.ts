import { ownCopy } from '../../bytes.ts'
import type {
  CallOptions,
  Datastore,
  GetOptions,
  RangeOptions,
  SpanContext,
  Stat,
  ValueSource,
} from '../../datastore.ts'
import { failure, isAborted, isNotFound } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { streamFromFirst } from '../../stream-from-first.ts'
import type { TierFills } from './tier-fills.ts'
import { emptyMetrics, type TierErrorListener, type TierMetrics, type UpperTier } from './upper-tier.ts'

/** The reads of a tiered store: the first tier that has the key answers, and those above it get a copy. */
export class TierReads<V> {
  /** What happened in the last tier. */
  readonly lastMetrics: TierMetrics = emptyMetrics()
  readonly #upper: readonly UpperTier<V>[]
  readonly #last: Datastore<V>
  readonly #fills: TierFills
  readonly #report: TierErrorListener

  constructor(
    upper: readonly UpperTier<V>[],
    last: Datastore<V>,
    fills: TierFills,
    report: TierErrorListener,
  ) {
    this.#upper = upper
    this.#last = last
    this.#fills = fills
    this.#report = report
  }

  async get(key: Key, options: GetOptions): Promise<V> {
    const moment = this.#fills.moment()
    for (const [index, tier] of this.#upper.entries()) {
      if (options.fresh === true || !tier.isTrusted(key)) continue
      try {
        const value = await tier.store.get(key, options)
        tier.metrics.hits++
        if (index > 0) this.#fill(key, moment, index, value, options.span)
        return value
      } catch (error) {
        this.#passOver(error, key, index, tier.metrics)
      }
    }
    const value = await this.#getLast(key, options)
    if (this.#upper.length > 0) this.#fill(key, moment, this.#upper.length, value, options.span)
    return value
  }

  async *stream(key: Key, options: RangeOptions): AsyncIterable<Uint8Array> {
    const moment = this.#fills.moment()
    const stores = [...this.#upper.map(tier => tier.store), this.#last]
    for (const [index, store] of stores.entries()) {
      const tier = this.#upper[index]
      if (tier !== undefined && (options.fresh === true || !tier.isTrusted(key))) continue
      const chunks = store.getStream(key, options)[Symbol.asyncIterator]()
      let first: IteratorResult<Uint8Array>
      try {
        first = await chunks.next()
      } catch (error) {
        if (tier !== undefined) {
          this.#passOver(error, key, index, tier.metrics)
          continue
        }
        countFailure(error, this.lastMetrics)
        throw error
      }
      const metrics = tier?.metrics ?? this.lastMetrics
      metrics.hits++
      yield* streamFromFirst(first, chunks)
      const isWhole = options.start === undefined && options.end === undefined
      if (isWhole && index > 0) this.#fillByStream(store, key, moment, index, options.span)
      return
    }
  }

  async has(key: Key, options: CallOptions): Promise<boolean> {
    for (const [index, tier] of this.#upper.entries()) {
      if (!tier.isTrusted(key)) continue
      try {
        if (await tier.store.has(key, options)) return true
      } catch (error) {
        this.#passOver(error, key, index, tier.metrics)
      }
    }
    return this.#last.has(key, options)
  }

  /** The last tier's answer, whose etag writes are judged by; an upper tier's when the last one has none. */
  async stat(key: Key, options: CallOptions): Promise<Stat> {
    const copies = this.#upper.filter(tier => tier.isTrusted(key)).map(tier => tier.store)
    const failures: unknown[] = []
    for (const store of [this.#last, ...copies]) {
      try {
        return await store.stat(key, options)
      } catch (error) {
        if (isAborted(error)) throw error
        failures.push(error)
      }
    }
    const [first] = failures
    throw first instanceof Error ? first : failure('IO', 'stat', key, 'no tier answered', first)
  }

  async #getLast(key: Key, options: CallOptions): Promise<V> {
    try {
      const value = await this.#last.get(key, options)
      this.lastMetrics.hits++
      return value
    } catch (error) {
      countFailure(error, this.lastMetrics)
      throw error
    }
  }

  /** Copies a value that was read whole into the tiers above the one it came from. */
  #fill(key: Key, moment: number, below: number, value: V, span: SpanContext | undefined): void {
    // The caller owns what it got and may change it before the copies are made.
    const kept = ownCopy(value)
    this.#fills.start(key, moment, async () => {
      const tiers = this.#upper.slice(0, below)
      await Promise.all(tiers.map(tier => tier.fill(key, kept as ValueSource<V>, span)))
    })
  }

  /** After a value was streamed to its end, copies it from where it came, again as a stream. */
  #fillByStream(
    store: Datastore<V>,
    key: Key,
    moment: number,
    below: number,
    span: SpanContext | undefined,
  ): void {
    this.#fills.start(key, moment, async () => {
      for (const tier of this.#upper.slice(0, below)) {
        await tier.fill(key, store.getStream(key, { span }) as unknown as ValueSource<V>, span)
      }
    })
  }

  #passOver(error: unknown, key: Key, index: number, metrics: TierMetrics): void {
    if (isAborted(error)) throw error
    countFailure(error, metrics)
    if (!isNotFound(error)) this.#report(error, key, index)
  }
}

function countFailure(error: unknown, metrics: TierMetrics): void {
  if (isNotFound(error)) metrics.misses++
  else metrics.errors++
}
