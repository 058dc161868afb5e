import { setImmediate } from 'node:timers/promises'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { BinaryDatastore, Hidden, ListPage } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { sharedLevelOf } from '../../../core/list-page.ts'
import type { LevelState } from '../../../shared/procedures/levels.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import { Coalesced } from '../coalesced.ts'
import { LevelRows, type RowPatch } from './level-rows.ts'

/** Milliseconds between two reports of one level. */
const REPORT_INTERVAL = 100

const MAX_AHEAD = 5_000_000

/** Children of the first page. Few, so that it arrives fast. */
const FIRST_PAGE = 1000
/** A page is built without a pause, so it must take only some milliseconds. */
const NEXT_PAGE = 2000
/** Pages of this size include sizes in every store that can report them. */
const SIZED_PAGE = 500
/** The page size for stores where each page reads the whole store. */
const COSTLY_PAGE = 100_000

interface LevelOptions {
  readonly store: BinaryDatastore
  readonly prefix: Key
  /** Whether the store must read its keys again instead of using its index. Default false. */
  readonly isFresh?: boolean | undefined
  /** Returns a larger number each time. */
  readonly nextVersion: () => number
  /**
   * Rows up to which the level is listed in advance. Beyond that, it is listed only as far as rows are requested.
   * Default: 5 million.
   */
  readonly maxAhead?: number | undefined
  /** Called when the state has changed, at most ten times a second. */
  readonly report: (state: LevelState) => void
}

export interface RowRange {
  readonly offset: number
  readonly limit: number
  /** Ask the store for sizes that the listing did not include. */
  readonly withSizes?: boolean | undefined
}

/** The level was dropped. It can be listed again. */
export class LevelDroppedError extends Error {
  override name = 'LevelDroppedError'
}

/**
 * One level of the tree by row number. It is listed in the background and kept up to date by patches. In a store that
 * has not found all of its keys yet, it is listed as far as requested, and listed again when more keys are found.
 */
export class Level {
  readonly #options: LevelOptions
  readonly #stop = new AbortController()
  readonly #reports: Coalesced
  readonly #patches = new Map<string, RowPatch>()
  readonly #waiters = new Waiters()
  #rows = new LevelRows()
  #total: number | undefined
  #hidden: Hidden | undefined
  #isComplete = false
  /** Listed to its end, although the store has not found all of its keys. */
  #isEndedEarly = false
  /** The store has not found all of its keys. */
  #isPartial = false
  /** The store has found more keys since the listing began. */
  #hasGrown = false
  /** The number of requested rows, from the first one on. */
  #asked = FIRST_PAGE
  /** Patches made while the level is being listed again. */
  #missed: Map<string, RowPatch> | undefined
  #failure: { readonly error: unknown } | undefined
  #version: number
  #resume: () => void = () => undefined

  constructor(options: LevelOptions) {
    this.#options = options
    this.#version = options.nextVersion()
    this.#reports = new Coalesced(REPORT_INTERVAL, () => {
      this.#applyPatches()
      options.report(this.state)
    })
    void this.#listAll()
  }

  get state(): LevelState {
    const count = this.#isComplete ? this.#rows.length : Math.max(this.#total ?? 0, this.#rows.length)
    const isExact = this.#isComplete || (this.#total !== undefined && !this.#isPartial)
    const accuracy = isExact ? 'exact' : 'lower-bound'
    return { count, accuracy, version: this.#version, ...(this.#hidden && { hidden: this.#hidden }) }
  }

  /** Rows held in memory. */
  get size(): number {
    return this.#rows.length
  }

  get isFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Rows `offset` to `offset + limit`, once they are listed or the level has ended. */
  async rows(range: RowRange, signal: AbortSignal): Promise<{ rows: Row[] } & LevelState> {
    const { offset, limit, withSizes = false } = range
    const end = offset + limit
    this.#asked = Math.max(this.#asked, end)
    await this.#until(() => this.#rows.length >= end, signal)
    for (let start = offset; withSizes && start < Math.min(end, this.#rows.length); start += SIZED_PAGE) {
      await this.#learnSizes(start, Math.min(end, start + SIZED_PAGE), signal)
    }
    return { rows: this.#rows.slice(offset, end), ...this.state }
  }

  /** The row of `name`, or where it would be, once the listing has come that far. */
  async find(name: string, signal: AbortSignal): Promise<{ index: number; isPresent: boolean } & LevelState> {
    await this.#until(() => this.#isListed(name), signal)
    const found = this.#rows.find(name)
    this.#asked = Math.max(this.#asked, found.index + 1)
    return { ...found, ...this.state }
  }

  /** Whether a call is waiting for rows. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0
  }

  /** The store has found more keys. The level is listed again if some may be missing. */
  grow(): void {
    this.#hasGrown = true
    this.#resume()
  }

  /** Records a change of one row. A row that is not listed yet is patched once it is. */
  patch(name: string, patch: RowPatch): void {
    this.#patches.set(name, { ...this.#patches.get(name), ...patch })
    this.#missed?.set(name, { ...this.#missed.get(name), ...patch })
    this.#reports.request()
  }

  /** Whether there are rows after all known changes are applied. */
  hasRows(): boolean {
    this.#applyPatches()
    return this.#rows.length > 0
  }

  /** Drops the level. Pending calls reject with `LevelDroppedError`. */
  drop(): void {
    this.#fail(new LevelDroppedError('The level was dropped'))
    this.#stop.abort()
    this.#reports.stop()
    this.#resume()
  }

  async #listAll(): Promise<void> {
    try {
      // By then, a watch of this level that was started before has subscribed, so no change is missed.
      await setImmediate()
      await this.#list(this.#rows)
      while (this.#isPartial) {
        while (!this.#hasGrown) await this.#pause()
        this.#missed = new Map()
        await this.#list(new LevelRows())
      }
      this.#isComplete = true
      this.#waiters.check()
      this.#reports.request()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Lists the level into `rows`. Returns early if the store has found more keys in the meantime. */
  async #list(rows: LevelRows): Promise<void> {
    const { store, prefix } = this.#options
    const isCostly = store.capabilities.list === 'store'
    let limit = isCostly ? COSTLY_PAGE : FIRST_PAGE
    let after: string | undefined
    let isPartial = false
    this.#hasGrown = false
    // Only for the first listing: the level is listed again each time that the store has found more keys.
    let fresh = this.#options.isFresh === true && rows === this.#rows
    do {
      const page = await store.list(prefix, { after, limit, fresh, signal: this.#stop.signal })
      fresh = false
      isPartial ||= page.isPartial === true
      this.#isPartial ||= isPartial
      this.#hidden = page.hidden
      const whole = after === undefined && !isPartial ? sharedLevelOf(page) : undefined
      if (whole !== undefined) rows.adopt(whole)
      else await this.#takePage(rows, page, isPartial)
      after = whole === undefined ? page.cursor : undefined
      if (after !== undefined && (await this.#untilNeeded(rows, isPartial)) === 'grown') return
      limit = isCostly ? COSTLY_PAGE : NEXT_PAGE
    } while (after !== undefined)
    this.#isPartial = isPartial
    this.#isEndedEarly = isPartial
    this.#show(rows)
  }

  /** Resolves once more rows are needed; with `grown` if it is better to start again. */
  async #untilNeeded(rows: LevelRows, isPartial: boolean): Promise<'grown' | undefined> {
    const { maxAhead = MAX_AHEAD } = this.#options
    const ahead = isPartial ? this.#asked : maxAhead
    while (rows.length >= ahead) {
      this.#show(rows)
      if (this.#waiters.size > 0) break
      if (isPartial && this.#hasGrown) return 'grown'
      await this.#pause()
    }
    return undefined
  }

  /** Uses `rows` from now on. */
  #show(rows: LevelRows): void {
    if (rows !== this.#rows) {
      this.#rows = rows
      this.#version = this.#options.nextVersion()
      for (const [name, patch] of this.#missed ?? []) this.#patches.set(name, patch)
      this.#missed = undefined
    }
    this.#waiters.check()
    this.#reports.request()
  }

  async #pause(): Promise<void> {
    this.#stop.signal.throwIfAborted()
    await new Promise<void>(resolve => {
      this.#resume = resolve
    })
    this.#stop.signal.throwIfAborted()
  }

  /** Sizes do not change the version: rows without sizes remain valid. */
  async #learnSizes(start: number, end: number, signal: AbortSignal): Promise<void> {
    const { store, prefix } = this.#options
    const isKnown = this.#rows.slice(start, end).every(row => !row.isValue || row.size !== undefined)
    if (isKnown || store.capabilities.list === 'store') return
    const after = this.#rows.slice(start - 1, start)[0]?.name
    const page = await orAbort(
      store.list(prefix, { after, limit: end - start, signal }),
      signal,
      'list',
      prefix,
    )
    this.#rows.learnSizes(page.children)
  }

  async #takePage(rows: LevelRows, { children, total }: ListPage, isPartial: boolean): Promise<void> {
    this.#total = isPartial ? undefined : total
    for (let start = 0; start === 0 || start < children.length; start += NEXT_PAGE) {
      const isChanged = rows.add(children.slice(start, start + NEXT_PAGE))
      if (rows === this.#rows) {
        if (isChanged) this.#version = this.#options.nextVersion()
        this.#waiters.check()
        this.#reports.request()
      }
      await setImmediate()
      this.#stop.signal.throwIfAborted()
    }
  }

  #applyPatches(): void {
    if (this.#patches.size === 0) return
    const due = new Map([...this.#patches].filter(([name]) => this.#isComplete || this.#isListed(name)))
    for (const name of due.keys()) this.#patches.delete(name)
    const before = this.#rows.length
    if (!this.#rows.patch(due)) return
    this.#version = this.#options.nextVersion()
    if (this.#total !== undefined) this.#total += this.#rows.length - before
  }

  /** A name after the listed part may still come with the next page, in its old or its new state. */
  #isListed(name: string): boolean {
    const { lastName } = this.#rows
    return lastName !== undefined && name <= lastName
  }

  async #until(isMet: () => boolean, signal: AbortSignal): Promise<void> {
    const isReady = (): boolean => {
      this.#applyPatches()
      return this.#isComplete || this.#isEndedEarly || isMet()
    }
    while (!isReady()) {
      if (this.#failure !== undefined) throw this.#failure.error
      const waiting = this.#waiters.until(isReady, signal)
      this.#resume()
      await waiting
    }
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#waiters.rejectAll(error)
  }
}

interface Waiting {
  readonly isMet: () => boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Promises that wait for conditions. */
class Waiters {
  readonly #waiting = new Set<Waiting>()

  get size(): number {
    return this.#waiting.size
  }

  /** Resolves after a `check` that finds `isMet`; rejects when the signal fires or `turnAway` is called. */
  async until(isMet: () => boolean, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    let abort: () => void = () => undefined
    try {
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = { isMet, resolve, reject }
        this.#waiting.add(waiting)
        abort = () => {
          this.#waiting.delete(waiting)
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', abort, { once: true })
      })
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Resolves the promises whose condition is met. */
  check(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isMet()) continue
      this.#waiting.delete(waiting)
      waiting.resolve()
    }
  }

  rejectAll(error: unknown): void {
    for (const waiting of this.#waiting) waiting.reject(error)
    this.#waiting.clear()
  }
}
