import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { unpack } from '../../../core/key-index/packed.ts'
import type { SearchProgress } from '../../../core/key-index/search/key-search.ts'
import type { NameSearch, SearchableKeys } from '../../../core/key-index/search/searchable-keys.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import { decodeKey } from '../../../core/ordered/strata/key-bytes.ts'
import { KeyFill } from './key-fill.ts'

/** Milliseconds between two searches of an index that is being filled. */
const GROWTH = 500

/** Milliseconds for which the index is kept after the last search. */
const KEPT = 5 * 60_000

/**
 * The maximum age of an index in milliseconds, and as a multiple of the time that filling took, if changes by others
 * are not reported.
 */
const FRESH = { time: 30_000, times: 20 }

/** The parts of a session that are needed. */
interface KeysOf {
  readonly store: BinaryDatastore
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Whether a call is waiting for rows. */
  readonly isBusy: boolean
}

/** The state of a search. */
export interface KeyReport {
  /** For `fuzzy` the best so far, best first; otherwise all so far, in key order once the search has ended. */
  readonly keys: readonly Key[]
  readonly found: number
  readonly searched: number
  readonly total: number
  /** Whether all keys of the store were known when this search of them began. */
  readonly isComplete: boolean
  readonly isLast: boolean
}

/**
 * All keys of a session in an index, for searches. Uses the index of the store, if the store keeps one; otherwise an
 * index of its own, which is created for the first search, updated by changes, and freed some minutes after the last
 * search.
 */
export class SessionKeys {
  readonly #session: KeysOf
  readonly #kept: number
  /** The index that is searched. */
  #current: KeyFill | undefined
  /** The index that will replace it once it is filled. */
  #next: KeyFill | undefined
  #searches = 0
  #timer: NodeJS.Timeout | undefined
  #watch: AbortController | undefined
  /** Whether keys may have changed since filling of the next index began. */
  #isStale = false
  /** Whether the store reports changes by others too. */
  #reportsOthers = false

  /** @param kept Milliseconds for which the index is kept after the last search. */
  constructor(session: KeysOf, kept = KEPT) {
    this.#session = session
    this.#kept = kept
    session.closing.addEventListener('abort', () => this.#drop())
  }

  /** Call after a write through the session, or a change by others. */
  note(key: Key, isThere: boolean): void {
    this.#current?.note(key, isThere)
    this.#next?.note(key, isThere)
  }

  /** Call when any key may have been added or removed. */
  refresh(): void {
    if (this.#searches > 0) this.#fillAgain()
    else this.#drop()
  }

  /**
   * Searches the known keys; again each time that more keys are known; and a last time once all keys are known.
   * @throws TypeError for an invalid pattern; failures of the store.
   */
  async *search(search: NameSearch, signal: AbortSignal): AsyncIterable<KeyReport> {
    const { keys, leave } = this.#enter()
    try {
      for (let isFirst = true; ; isFirst = false) {
        const { isComplete } = keys
        for await (const report of searched(keys, search, signal)) {
          // A later search has found less than the one before, until it has ended.
          if (isFirst || report.isLast) yield { ...report, isComplete, isLast: isComplete && report.isLast }
        }
        if (isComplete) return
        await keys.grown(GROWTH, signal)
      }
    } finally {
      leave()
    }
  }

  /** Whether all keys are known, so that `searchAll` has an answer. */
  get isComplete(): boolean {
    return (this.#stored ?? this.#current)?.isComplete === true
  }

  /**
   * Waits until the index of the store is complete, if the store keeps one.
   * @returns `isComplete`.
   */
  async completed(signal: AbortSignal): Promise<boolean> {
    const stored = this.#stored
    while (stored?.isComplete === false) await stored.grown(GROWTH, signal)
    return this.isComplete
  }

  /** One search over all keys. Call only if `isComplete`. The keys of a report are those found since the last one. */
  async *searchAll(search: NameSearch, signal: AbortSignal): AsyncIterable<SearchProgress> {
    const { keys, leave } = this.#enter()
    try {
      yield* keys.search(search, signal)
    } finally {
      leave()
    }
  }

  get #stored(): SearchableKeys | undefined {
    return openStoreOf(this.#session.store).keyIndex()
  }

  /** Gets the index for a search. An own index is kept at least until `leave` is called. */
  #enter(): { readonly keys: SearchableKeys; readonly leave: () => void } {
    const stored = this.#stored
    if (stored !== undefined) return { keys: stored, leave: () => undefined }
    this.#searches++
    clearTimeout(this.#timer)
    const fill = this.#ready()
    const end = fill.enter()
    const leave = () => {
      end()
      if (fill.hasFailed && this.#current === fill) this.#drop()
      this.#searches--
      if (this.#searches === 0) this.#dropLater()
    }
    return { keys: fill, leave }
  }

  #ready(): KeyFill {
    const current = this.#current
    if (current === undefined) return this.#begin()
    const isOld = current.age > Math.max(FRESH.time, current.time * FRESH.times)
    if (!this.#reportsOthers && this.#next === undefined && isOld) this.#fillAgain()
    return current
  }

  #begin(): KeyFill {
    this.#follow()
    const fill = new KeyFill(this.#session.store, () => this.#session.isBusy)
    this.#current = fill
    return fill
  }

  /** Fills another index, and uses the old one until then. An index that is already being filled is completed first. */
  #fillAgain(): void {
    const filling = this.#next ?? (this.#current?.isComplete === false ? this.#current : undefined)
    if (filling !== undefined) {
      this.#fillAfter(filling)
      return
    }
    const next = new KeyFill(this.#session.store, () => this.#session.isBusy)
    this.#next = next
    next.done.then(
      () => this.#take(next),
      () => this.#leave(next),
    )
  }

  #fillAfter(filling: KeyFill): void {
    if (this.#isStale) return
    this.#isStale = true
    const ended = () => {
      this.#isStale = false
    }
    filling.done.then(() => {
      ended()
      if (this.#current !== undefined) this.#fillAgain()
      // If it fails, the next search fills another one.
    }, ended)
  }

  #take(next: KeyFill): void {
    if (this.#next !== next) return
    this.#current?.retire()
    this.#current = next
    this.#next = undefined
  }

  #leave(next: KeyFill): void {
    if (this.#next === next) this.#next = undefined
    next.retire()
  }

  /** Follows changes by others, if the store reports them. */
  #follow(): void {
    const { store } = this.#session
    const { watch: reported } = store.capabilities
    if (reported === 'none') return
    this.#reportsOthers = reported === 'all'
    const watch = new AbortController()
    this.#watch = watch
    void this.#watchStore(store, watch)
  }

  async #watchStore(store: BinaryDatastore, watch: AbortController): Promise<void> {
    try {
      for await (const { type, key } of store.watch(Key.root, { signal: watch.signal })) {
        if (type === 'resync') this.#fillAgain()
        else this.note(key, type === 'put')
      }
    } catch {
      // Without reported changes the index is replaced by its age.
      if (this.#watch === watch) this.#reportsOthers = false
    }
  }

  #dropLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#drop(), this.#kept)
    this.#timer.unref()
  }

  #drop(): void {
    clearTimeout(this.#timer)
    this.#watch?.abort()
    this.#watch = undefined
    this.#reportsOthers = false
    for (const fill of [this.#current, this.#next]) fill?.retire()
    this.#current = undefined
    this.#next = undefined
  }
}

/** One search of the keys as they are now. */
async function* searched(
  index: SearchableKeys,
  search: NameSearch,
  signal: AbortSignal,
): AsyncIterable<Omit<KeyReport, 'isComplete'>> {
  let keys: Key[] = []
  for await (const { keys: packed, isDone: isLast, ...counts } of index.search(search, signal)) {
    const more = unpack(packed).map(decodeKey)
    if (search.kind !== 'fuzzy') keys.push(...more)
    else if (more.length > 0) keys = more
    if (isLast && search.kind !== 'fuzzy') keys = keys.toSorted(Key.compare)
    yield { ...counts, keys, isLast }
  }
}
