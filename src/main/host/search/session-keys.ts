import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import type { NameSearch } from '../../../core/node/indexed/name-index.ts'
import { KeyFill } from './key-fill.ts'

/** Milliseconds between two searches of an index that is still filled. */
const GROWTH = 500

/** Milliseconds for which the index is kept after the last search. */
const KEPT = 5 * 60_000

/** An index may be as old as this in milliseconds, and as many times the time that it took, where nobody tells of changes. */
const FRESH = { time: 30_000, times: 20 }

/** What is needed of a session. */
interface KeysOf {
  readonly store: BinaryDatastore
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Whether somebody waits for rows. */
  readonly isBusy: boolean
}

/** How far a search has come. */
export interface KeyReport {
  /** Of `fuzzy` the best so far, the best first; else all so far, in key order once the search is at its end. */
  readonly keys: readonly Key[]
  readonly found: number
  readonly searched: number
  readonly total: number
  /** Whether all keys of the store were known when this search of them began. */
  readonly isComplete: boolean
  readonly isLast: boolean
}

/**
 * All keys of a session in an index, for searches. It is made for the first search, kept up by changes, and freed some
 * minutes after the last search.
 */
export class SessionKeys {
  readonly #session: KeysOf
  readonly #kept: number
  /** What is searched. */
  #current: KeyFill | undefined
  /** What takes its place once it is filled. */
  #next: KeyFill | undefined
  #searches = 0
  #timer: NodeJS.Timeout | undefined
  #watch: AbortController | undefined
  /** Keys may have changed since the index that is being filled was begun. */
  #isStale = false
  /** Whether the store tells what others change, too. */
  #isToldAll = false

  /** @param kept Milliseconds for which the index is kept after the last search. */
  constructor(session: KeysOf, kept = KEPT) {
    this.#session = session
    this.#kept = kept
    session.closing.addEventListener('abort', () => this.#drop())
  }

  /** A write that went through the session, or a change that somebody else made. */
  note(key: Key, isThere: boolean): void {
    this.#current?.note(key, isThere)
    this.#next?.note(key, isThere)
  }

  /** Any key may have come or gone. */
  refresh(): void {
    if (this.#searches > 0) this.#fillAgain()
    else this.#drop()
  }

  /**
   * Searches over what is known, and again over more, until all keys are known.
   * @throws TypeError for a text that is no such pattern; what the store fails with.
   */
  async *search(search: NameSearch, signal: AbortSignal): AsyncIterable<KeyReport> {
    this.#searches++
    clearTimeout(this.#timer)
    const fill = this.#ready()
    const leave = fill.enter()
    try {
      for (let isFirst = true; ; isFirst = false) {
        const isComplete = fill.isDone
        for await (const report of searched(fill, search, signal)) {
          // A later search has found less than the one before, until it is at its end.
          if (isFirst || report.isLast) yield { ...report, isComplete, isLast: isComplete && report.isLast }
        }
        if (isComplete) return
        await fill.grown(GROWTH, signal)
      }
    } finally {
      leave()
      if (fill.hasFailed && this.#current === fill) this.#drop()
      this.#searches--
      if (this.#searches === 0) this.#dropLater()
    }
  }

  #ready(): KeyFill {
    const current = this.#current
    if (current === undefined) return this.#begin()
    const isOld = current.age > Math.max(FRESH.time, current.time * FRESH.times)
    if (!this.#isToldAll && this.#next === undefined && isOld) this.#fillAgain()
    return current
  }

  #begin(): KeyFill {
    this.#follow()
    const fill = new KeyFill(this.#session.store, () => this.#session.isBusy)
    this.#current = fill
    return fill
  }

  /** Fills another index, and goes by the old one until then. One that is being filled is filled to its end first. */
  #fillAgain(): void {
    const filling = this.#next ?? (this.#current?.isDone === false ? this.#current : undefined)
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
      // What has failed is filled anew by the next search.
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

  /** Hears of what others change, where the store tells. */
  #follow(): void {
    const { store } = this.#session
    const { watch: reported } = store.capabilities
    if (reported === 'none') return
    this.#isToldAll = reported === 'all'
    const watch = new AbortController()
    this.#watch = watch
    void this.#hear(store, watch)
  }

  async #hear(store: BinaryDatastore, watch: AbortController): Promise<void> {
    try {
      for await (const { type, key } of store.watch(Key.root, { signal: watch.signal })) {
        if (type === 'resync') this.#fillAgain()
        else this.note(key, type === 'put')
      }
    } catch {
      // Without news the index goes by its age.
      if (this.#watch === watch) this.#isToldAll = false
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
    this.#isToldAll = false
    for (const fill of [this.#current, this.#next]) fill?.retire()
    this.#current = undefined
    this.#next = undefined
  }
}

/** One search of the keys as they are now. */
async function* searched(
  { index }: KeyFill,
  search: NameSearch,
  signal: AbortSignal,
): AsyncIterable<Omit<KeyReport, 'isComplete'>> {
  let keys: Key[] = []
  for await (const { keys: more, isDone: isLast, ...counts } of index.search(search, signal)) {
    if (search.kind !== 'fuzzy') keys.push(...more)
    else if (more.length > 0) keys = [...more]
    if (isLast && search.kind !== 'fuzzy') keys = keys.toSorted(Key.compare)
    yield { ...counts, keys, isLast }
  }
}
