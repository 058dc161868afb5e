import { passesStreams } from '../../capabilities.ts'
import { isAborted } from '../../errors.ts'
import { Key } from '../../key.ts'
import { after, Call, type Maybe } from '../../open/call.ts'
import { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { Removed, Written } from '../../open/store.ts'

/** Counters of one tier. */
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

export function emptyMetrics(): TierMetrics {
  return { hits: 0, misses: 0, errors: 0, fills: 0, failedFills: 0, failedWrites: 0 }
}

/** Called with a failure of a tier that did not fail the call. */
export type TierErrorListener = (error: unknown, key: Key, tier: number) => void

/**
 * An upper tier: a store of copies, which may be missing but never stale. If the tier does not support times to live, a
 * value with one is not copied, and an existing copy is dropped.
 */
export class UpperTier {
  readonly open: OpenStore
  readonly metrics: TierMetrics = emptyMetrics()
  /** Keys whose copy may be stale, because the tier failed to drop it. */
  readonly #staleKeys = new Set<string>()
  /** The tier that is used in place of this one, for the same copies. Work that began before still uses this one. */
  #successor: UpperTier | undefined
  readonly #report: (error: unknown, key: Key) => void

  constructor(open: OpenStore, report: (error: unknown, key: Key) => void) {
    this.open = open
    this.#report = report
  }

  isTrusted(key: Key): boolean {
    return this.#staleKeys.size === 0 || !this.#staleKeys.has(key.toString())
  }

  /**
   * Its copies are those of another tier, some of which may be stale. So may be those that work which still uses the other
   * tier fails to drop.
   */
  inheritStaleKeys(other: UpperTier | undefined): void {
    if (other === undefined || other === this) return
    other.#successor = this
    for (const key of other.#staleKeys) this.#staleKeys.add(key)
  }

  /** @param visited Tiers that have noted the key: tiers that changed places are each other's successors. */
  #markStale(key: string, visited = new Set<UpperTier>()): void {
    if (visited.has(this)) return
    visited.add(this)
    this.#staleKeys.add(key)
    const next = this.#successor
    if (next !== undefined) next.#markStale(key, visited)
  }

  /**
   * Tries once more to drop each copy that may be stale, because the next process that opens the tier does not know
   * about them.
   * @returns A key whose copy could not be dropped.
   */
  async dropStaleCopies(): Promise<Key | undefined> {
    for (const key of [...this.#staleKeys]) await this.forget(Key.parse(key), Call.plain)
    const [left] = this.#staleKeys
    return left === undefined ? undefined : Key.parse(left)
  }

  /**
   * Counts and reports a failed read, so that the next tier is asked.
   * @throws AbortError
   */
  readFailed(error: unknown, key: Key): void {
    if (isAborted(error)) throw error
    this.metrics.errors++
    this.#report(error, key)
  }

  /** Stores the copy of a value that was read below, or reads it from there. Never fails. */
  fill(key: Key, from: Payload | OpenStore, call: Call): Maybe<void> {
    return this.#canKeep(call) ? after(this.#copy(key, from, call), this.#filled) : this.forget(key, call)
  }

  /** Stores the copy of a value that was written below, or reads it from there. Never fails. */
  write(key: Key, from: Payload | OpenStore, call: Call): Maybe<void> {
    return this.#canKeep(call) ? after(this.#copy(key, from, call), this.#written) : this.forget(key, call)
  }

  readonly #filled = (isCopied: boolean): void => {
    if (isCopied) this.metrics.fills++
    else this.metrics.failedFills++
  }

  readonly #written = (isCopied: boolean): void => {
    if (!isCopied) this.metrics.failedWrites++
  }

  /**
   * Stores a value that no tier below has yet.
   * @throws if it cannot; then it holds no copy.
   */
  accept(key: Key, value: Payload, call: Call): Maybe<unknown> {
    if (!this.#canKeep(call)) return this.drop(key, call)
    const fail = (error: unknown) =>
      after(this.forget(key, call.uncancelled), () => {
        throw error
      })
    let written: Maybe<Written>
    try {
      written = this.open.write(key, value, call)
    } catch (error) {
      return fail(error)
    }
    if (written instanceof Promise) return written.then(() => this.#trust(key), fail)
    this.#trust(key)
    return undefined
  }

  /**
   * Called before the tier below is written. If copies outlive the process, a crash between the two writes would leave
   * a stale one, so the copy is dropped first. Never fails.
   */
  invalidate(key: Key, call: Call): Maybe<void> {
    return this.open.capabilities.persistent ? this.forget(key, call) : undefined
  }

  /**
   * Drops the copy.
   * @returns Whether there was one.
   * @throws if it cannot.
   */
  drop(key: Key, call: Call): Maybe<boolean> {
    const removed = this.open.remove(key, call)
    return removed instanceof Promise
      ? removed.then(one => this.#dropped(key, one))
      : this.#dropped(key, removed)
  }

  /** Drops a stale copy. Never fails: a tier that cannot drop it is no longer read for that key. */
  forget(key: Key, call: Call): Maybe<void> {
    const suspect = (error: unknown): void => {
      this.#markStale(key.toString())
      this.#report(error, key)
    }
    try {
      const dropped = this.drop(key, call)
      return dropped instanceof Promise ? dropped.then(ignore, suspect) : undefined
    } catch (error) {
      suspect(error)
    }
  }

  #dropped(key: Key, removed: Removed): boolean {
    this.#trust(key)
    return removed === 'removed'
  }

  #trust(key: Key): void {
    if (this.#staleKeys.size > 0) this.#staleKeys.delete(key.toString())
  }

  #canKeep(call: Call): boolean {
    return call.options.ttl === undefined || this.open.capabilities.write.ttl
  }

  /** @returns Whether the tier has the copy now. */
  #copy(key: Key, from: Payload | OpenStore, call: Call): Maybe<boolean> {
    const copied = (): boolean => {
      this.#trust(key)
      return true
    }
    const failed = (error: unknown): Maybe<boolean> => {
      this.#report(error, key)
      return after(this.forget(key, call.uncancelled), no)
    }
    let written: Maybe<unknown>
    try {
      written = from instanceof OpenStore ? this.#copyFrom(from, key, call) : this.open.write(key, from, call)
    } catch (error) {
      return failed(error)
    }
    return written instanceof Promise ? written.then(copied, failed) : copied()
  }

  /** Copies a value from a tier below if its source, such as a stream, cannot be read twice. */
  async #copyFrom(below: OpenStore, key: Key, call: Call): Promise<unknown> {
    const { bare } = call
    const value = passesStreams(below.capabilities)
      ? after(below.stream(key, bare), chunks => chunks && Payload.stream(chunks))
      : after(below.read(key, bare), found => found && Payload.kept(found.bytes))
    const payload = await value
    // Deleted below in the meantime.
    if (payload === undefined) return this.drop(key, call.bare)
    try {
      return await this.open.write(key, payload, call)
    } finally {
      payload.discard()
    }
  }
}

/** When a time to live that begins now ends, on a clock that changes of the wall clock do not affect. */
export function deadlineAfter(ttl: number | undefined): number | undefined {
  return ttl === undefined ? undefined : performance.now() + ttl
}

/** The same for a value that expires at a time of the wall clock. */
export function deadlineAt(expires: number | undefined): number | undefined {
  return expires === undefined ? undefined : performance.now() + (expires - Date.now())
}

/** Milliseconds until a deadline. */
export function ttlLeft(deadline: number | undefined): number | undefined {
  return deadline === undefined ? undefined : deadline - performance.now()
}

/**
 * The call that writes a copy: not aborted once begun, with the rest of the value's time to live.
 * @returns `undefined` if nothing is left of it.
 */
export function copyCall(call: Call, deadline: number | undefined): Call | undefined {
  const ttl = ttlLeft(deadline)
  if (ttl === undefined) return call.uncancelled
  return ttl > 0 ? call.uncancelled.with({ ttl }) : undefined
}

function ignore(): void {
  // It does not matter whether there was a copy.
}

function no(): boolean {
  return false
}
