import type { CallOptions, Datastore, SpanContext, ValueSource } from '../../datastore.ts'
import { isNotFound } from '../../errors.ts'
import type { Key } from '../../key.ts'

/** What happened in one tier so far. */
export interface TierMetrics {
  hits: number
  misses: number
  /** Reads that the tier answered with a failure. */
  errors: number
  /** Copies made by reads from tiers below. */
  fills: number
  failedFills: number
  /** Copies of writes that failed, after which the tier's own copy was dropped. */
  failedWrites: number
}

/** Tells a listener of a failure that a tiered store got over. */
export type TierErrorListener = (error: unknown, key: Key, tier: number) => void

/** An upper tier: a store of copies that may be missing but must never be stale. */
export class UpperTier<V> {
  readonly store: Datastore<V>
  readonly metrics: TierMetrics = emptyMetrics()
  /** Keys whose copy may be stale because the tier could not even drop it. */
  readonly #suspects = new Set<string>()
  readonly #report: (error: unknown, key: Key) => void

  constructor(store: Datastore<V>, report: (error: unknown, key: Key) => void) {
    this.store = store
    this.#report = report
  }

  /**
   * As the tier below is about to be written: where copies outlive the process, it may die between the two writes, so
   * the copy goes first. Never rejects.
   */
  async giveWay(key: Key, span?: SpanContext): Promise<void> {
    if (this.store.capabilities.persistent) await this.forget(key, span)
  }

  isTrusted(key: Key): boolean {
    return this.#suspects.size === 0 || !this.#suspects.has(key.toString())
  }

  /** Takes the copy of a value that was read below. Never rejects. */
  async fill(key: Key, value: ValueSource<V>, span?: SpanContext): Promise<void> {
    if (await this.#copy(key, () => value, span)) this.metrics.fills++
    else this.metrics.failedFills++
  }

  /** Takes the copy of a value that was written below. Never rejects. */
  async write(key: Key, value: () => ValueSource<V> | Promise<V>, span?: SpanContext): Promise<void> {
    if (!(await this.#copy(key, value, span))) this.metrics.failedWrites++
  }

  /** Takes a value that no tier below has yet. @throws where it cannot; then it holds no copy. */
  async accept(key: Key, value: ValueSource<V>, options: CallOptions): Promise<void> {
    try {
      await this.store.put(key, value, options)
      this.#suspects.delete(key.toString())
    } catch (error) {
      await this.forget(key, options.span)
      throw error
    }
  }

  /** Drops the copy. @returns Whether there was one. */
  async drop(key: Key, options: CallOptions): Promise<boolean> {
    try {
      await this.store.delete(key, options)
      this.#suspects.delete(key.toString())
      return true
    } catch (error) {
      if (!isNotFound(error)) throw error
      this.#suspects.delete(key.toString())
      return false
    }
  }

  /** Drops a copy that is stale. Never rejects: a tier that cannot drop it is not asked for that key. */
  async forget(key: Key, span?: SpanContext): Promise<void> {
    try {
      await this.drop(key, { span })
    } catch (error) {
      this.#suspects.add(key.toString())
      this.#report(error, key)
    }
  }

  async #copy(
    key: Key,
    value: () => ValueSource<V> | Promise<V>,
    span: SpanContext | undefined,
  ): Promise<boolean> {
    try {
      await this.store.put(key, await value(), { span })
      this.#suspects.delete(key.toString())
      return true
    } catch (error) {
      this.#report(error, key)
      await this.forget(key, span)
      return false
    }
  }
}

export function emptyMetrics(): TierMetrics {
  return { hits: 0, misses: 0, errors: 0, fills: 0, failedFills: 0, failedWrites: 0 }
}
