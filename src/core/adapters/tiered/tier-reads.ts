import type { Stat } from '../../datastore.ts'
import { isAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import { withBytes } from '../../open/completion.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { ByteStream, Found } from '../../open/store.ts'
import { TierFills } from './tier-fills.ts'
import { copyCall, deadlineAt, emptyMetrics, type TierMetrics, type UpperTier } from './upper-tier.ts'

/** How one kind of read asks a tier, and what happens with the answer. */
interface ReadKind<T> {
  /** Whether the metrics count it. */
  readonly isCounted: boolean
  of(tier: OpenStore, key: Key, call: Call): Maybe<T | undefined>
  /** @param index Of the tier that answered. */
  handle(answer: T, index: number, key: Key, call: Call): T
}

/**
 * The reads of tiers: the first tier that has the key answers, and the tiers above it get a copy. An upper tier that
 * fails is skipped. If the first tier answers without a promise, nothing is allocated on the way.
 */
export abstract class TierReads {
  protected last!: OpenStore
  protected upper: readonly UpperTier[] = []
  protected readonly lastMetrics = emptyMetrics()
  readonly #fills = new TierFills()

  /** Counters of each tier, first to last. */
  get metrics(): readonly Readonly<TierMetrics>[] {
    return [...this.upper.map(tier => tier.metrics), this.lastMetrics]
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    const first = this.upper[0]
    if (first === undefined || call.options.fresh || !first.isTrusted(key))
      return this.#ask(this.#reads, key, call)
    // As `#ask`, without its costs: the first tier answers most reads.
    let found: Maybe<Found | undefined>
    try {
      found = first.open.read(key, call)
    } catch (error) {
      first.readFailed(error, key)
      return this.#askFrom(1, this.#reads, key, call)
    }
    if (found instanceof Promise) return this.#awaited(found, 0, this.#reads, key, call)
    if (found === undefined) {
      first.metrics.misses++
      return this.#askFrom(1, this.#reads, key, call)
    }
    first.metrics.hits++
    return found
  }

  readonly #reads: ReadKind<Found> = {
    isCounted: true,
    of: (tier, key, call) => tier.read(key, call),
    handle: (found, index, key, call) => (index === 0 ? found : this.#fill(found, index, key, call)),
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    return this.#ask(this.#streams, key, call)
  }

  readonly #streams: ReadKind<ByteStream> = {
    isCounted: true,
    of: (tier, key, call) => tier.stream(key, call),
    handle: (chunks, index, key, call) => {
      const { start, end } = call.options
      if (index === 0 || start !== undefined || end !== undefined) return chunks
      return this.#fills.afterStream(key, chunks, () => this.#fillByStream(index, key, call))
    },
  }

  has(key: Key, call: Call): Maybe<boolean> {
    return after(this.#ask(this.#lookUps, key, call), has => has === true)
  }

  readonly #lookUps: ReadKind<true> = {
    isCounted: false,
    of: (tier, key, call) => after(tier.has(key, call), has => has || undefined),
    handle: has => has,
  }

  /** The last tier's answer, because writes compare its etag; an upper tier's answer if the last one has none. */
  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const above = () =>
      call.options.fresh ? undefined : this.#askFrom(0, this.#stats, key, call, this.upper.length - 1)
    const failed = (error: unknown): Maybe<Stat> => {
      if (isAborted(error)) throw error
      return after(above(), stat => {
        if (stat === undefined) throw error
        return stat
      })
    }
    let stat: Maybe<Stat | undefined>
    try {
      stat = this.last.stat(key, call)
    } catch (error) {
      return failed(error)
    }
    return stat instanceof Promise ? stat.then(one => one ?? above(), failed) : (stat ?? above())
  }

  readonly #stats: ReadKind<Stat> = {
    isCounted: false,
    of: (tier, key, call) => tier.stat(key, call),
    handle: stat => stat,
  }

  #ask<T>(ask: ReadKind<T>, key: Key, call: Call): Maybe<T | undefined> {
    return this.#askFrom(call.options.fresh ? this.upper.length : 0, ask, key, call)
  }

  /** The answer of the first tier from `from` to `to` that has one. */
  #askFrom<T>(
    from: number,
    ask: ReadKind<T>,
    key: Key,
    call: Call,
    to = this.upper.length,
  ): Maybe<T | undefined> {
    for (let index = from; index <= to; index++) {
      const tier = this.upper[index]
      if (tier?.isTrusted(key) === false) continue
      let answer: Maybe<T | undefined>
      try {
        answer = ask.of(tier?.open ?? this.last, key, call)
      } catch (error) {
        this.#failed(tier, error, key)
        continue
      }
      if (answer instanceof Promise) return this.#awaited(answer, index, ask, key, call, to)
      this.#count(ask, tier, answer)
      if (answer !== undefined) return ask.handle(answer, index, key, call)
    }
    return undefined
  }

  #awaited<T>(
    answer: Promise<T | undefined>,
    index: number,
    ask: ReadKind<T>,
    key: Key,
    call: Call,
    to = this.upper.length,
  ): Promise<T | undefined> {
    const tier = this.upper[index]
    return answer.then(
      one => {
        this.#count(ask, tier, one)
        return one === undefined
          ? this.#askFrom(index + 1, ask, key, call, to)
          : ask.handle(one, index, key, call)
      },
      (error: unknown) => {
        this.#failed(tier, error, key)
        return this.#askFrom(index + 1, ask, key, call, to)
      },
    )
  }

  #count(ask: ReadKind<unknown>, tier: UpperTier | undefined, answer: unknown): void {
    if (!ask.isCounted) return
    const metrics = tier?.metrics ?? this.lastMetrics
    if (answer === undefined) metrics.misses++
    else metrics.hits++
  }

  /** @throws `error` if it is from the last tier. */
  #failed(tier: UpperTier | undefined, error: unknown, key: Key): void {
    if (tier === undefined) {
      this.lastMetrics.errors++
      throw error
    }
    tier.readFailed(error, key)
  }

  /** Copies a value that was read whole into the tiers above its own. */
  #fill(found: Found, below: number, key: Key, call: Call): Found {
    // The tiers keep these bytes, so the caller gets a copy of them.
    const kept = found.shared ? found : withBytes(found, found.bytes, true)
    const value = Payload.kept(found.bytes)
    this.#fills.start(key, () => this.#fillAbove(below, key, value, call, found.expires))
    return kept
  }

  /** After a value was streamed to its end, streams it from its tier into the tiers above. */
  async #fillByStream(below: number, key: Key, call: Call): Promise<void> {
    const from = this.upper[below]?.open ?? this.last
    const canExpire = from.capabilities.write.ttl
    const expires = canExpire ? (await from.stat(key, call.uncancelled))?.expires : undefined
    await this.#fillAbove(below, key, from, call, expires)
  }

  #fillAbove(
    below: number,
    key: Key,
    from: Payload | OpenStore,
    call: Call,
    expires: number | undefined,
  ): Maybe<unknown> {
    const copy = copyCall(call, deadlineAt(expires))
    return this.eachAbove(below, tier =>
      copy === undefined ? tier.forget(key, call.uncancelled) : tier.fill(key, from, copy),
    )
  }

  /**
   * Does something in the upper tiers down to `below`.
   * @returns What is still pending.
   */
  protected eachAbove(
    below: number,
    work: (tier: UpperTier) => Maybe<unknown>,
  ): Promise<unknown> | undefined {
    let pending: Promise<unknown>[] | undefined
    for (let index = 0; index < below; index++) {
      const done = work(this.upper[index] as UpperTier)
      if (!(done instanceof Promise)) continue
      pending ??= []
      pending.push(done)
    }
    return pending === undefined ? undefined : Promise.all(pending)
  }

  /**
   * Called when a write of a key begins: open streams of the key make no copies.
   * @returns The copy of the key that is in progress, because no copy may overtake a write.
   */
  protected beforeWrite(key: Key): Promise<void> | undefined {
    return this.#fills.beforeWrite(key)
  }

  /** Resolves once the copies in progress have ended. */
  protected fillsEnded(): Promise<void> {
    return this.#fills.ended()
  }
}
