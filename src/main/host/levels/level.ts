import { setImmediate } from 'node:timers/promises'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import type { BinaryDatastore, Child, Hidden } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { PackedLevel } from '../../../core/key-index/packed-level.ts'
import { sharedLevelOf } from '../../../core/list-page.ts'
import type { LevelState } from '../../../shared/procedures/levels.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import { Coalesced } from '../coalesced.ts'
import { LevelRows, type RowPatch } from './level-rows.ts'

/** Milliseconds between two reports of one level. */
const REPORT_INTERVAL = 100

const MAX_AHEAD = 5_000_000

/** Children of the first page: few, so that it comes at once. */
const FIRST_PAGE = 1000
/** A page is made without a pause, so it must not take long: some milliseconds. */
const NEXT_PAGE = 2000
/** Pages of this size tell sizes in every store that can tell them at all. */
const SIZED_PAGE = 500
/** For stores where any page costs the whole store. */
const COSTLY_PAGE = 100_000

interface LevelOptions {
  readonly store: BinaryDatastore
  readonly prefix: Key
  /** A number that is larger each time. */
  readonly nextVersion: () => number
  /** Rows up to which the level is listed on its own; past them, only as far as somebody asks. Default: 5 million. */
  readonly maxAhead?: number | undefined
  /** Called when the state has changed, at most ten times a second. */
  readonly report: (state: LevelState) => void
}

export interface RowRange {
  readonly offset: number
  readonly limit: number
  /** Ask the store for sizes that it did not tell when it listed the level. */
  readonly withSizes?: boolean | undefined
}

/** The level was dropped. It can be listed again. */
export class LevelDroppedError extends Error {
  override name = 'LevelDroppedError'
}

/** One level of the tree by row number. Lists it in the background and is kept up to date by patches. */
export class Level {
  readonly #options: LevelOptions
  readonly #rows = new LevelRows()
  readonly #stop = new AbortController()
  readonly #reports: Coalesced
  readonly #patches = new Map<string, RowPatch>()
  readonly #waiters = new Waiters()
  #total: number | undefined
  #hidden: Hidden | undefined
  #isComplete = false
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
    const accuracy = this.#isComplete || this.#total !== undefined ? 'exact' : 'lower-bound'
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
    await this.#until(() => this.#rows.length >= end, signal)
    for (let start = offset; withSizes && start < Math.min(end, this.#rows.length); start += SIZED_PAGE) {
      await this.#learnSizes(start, Math.min(end, start + SIZED_PAGE), signal)
    }
    return { rows: this.#rows.slice(offset, end), ...this.state }
  }

  /** Where `name` stands, or would stand, once the listing has come that far. */
  async find(name: string, signal: AbortSignal): Promise<{ index: number; isPresent: boolean } & LevelState> {
    await this.#until(() => this.#isListed(name), signal)
    return { ...this.#rows.find(name), ...this.state }
  }

  /** Records a change of one row. A row that is not listed yet is patched when it is. */
  patch(name: string, patch: RowPatch): void {
    this.#patches.set(name, { ...this.#patches.get(name), ...patch })
    this.#reports.request()
  }

  /** Whether there are rows once everything that is known has been applied. */
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
      await this.#listPages()
      this.#isComplete = true
      this.#waiters.check()
      this.#reports.request()
    } catch (error) {
      this.#fail(error)
    }
  }

  async #listPages(): Promise<void> {
    const { store, prefix } = this.#options
    const isCostly = store.capabilities.list === 'store'
    let limit = isCostly ? COSTLY_PAGE : FIRST_PAGE
    let after: string | undefined
    do {
      const page = await store.list(prefix, { after, limit, signal: this.#stop.signal })
      this.#hidden = page.hidden
      const whole = after === undefined ? sharedLevelOf(page) : undefined
      if (whole !== undefined) {
        this.#adopt(whole)
        return
      }
      for (let start = 0; start === 0 || start < page.children.length; start += NEXT_PAGE) {
        this.#take(page.children.slice(start, start + NEXT_PAGE), page.total)
        await setImmediate()
        this.#stop.signal.throwIfAborted()
      }
      await this.#untilNeeded()
      after = page.cursor
      limit = isCostly ? COSTLY_PAGE : NEXT_PAGE
    } while (after !== undefined)
  }

  /** Sizes are no change: rows that were handed out without are as true as before. */
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

  /** Takes over a level that the store has whole: it need not be listed. */
  #adopt(level: PackedLevel): void {
    this.#rows.adopt(level)
    this.#waiters.check()
    this.#reports.request()
  }

  #take(children: readonly Child[], total: number | undefined): void {
    this.#total = total
    const outOfOrder = new Map<string, RowPatch>()
    for (const child of children) {
      const { lastName } = this.#rows
      if (lastName === undefined || child.name > lastName) this.#rows.append(child)
      else outOfOrder.set(child.name, child)
    }
    if (this.#rows.patch(outOfOrder)) this.#version = this.#options.nextVersion()
    this.#waiters.check()
    this.#reports.request()
  }

  /** Waits where nobody needs more rows. */
  async #untilNeeded(): Promise<void> {
    const { maxAhead = MAX_AHEAD } = this.#options
    while (this.#rows.length >= maxAhead && this.#waiters.size === 0 && !this.#stop.signal.aborted) {
      await new Promise<void>(resolve => {
        this.#resume = resolve
      })
    }
    this.#stop.signal.throwIfAborted()
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

  /** What is past the listing may still come with the next page, in its old or its new state. */
  #isListed(name: string): boolean {
    const { lastName } = this.#rows
    return lastName !== undefined && name <= lastName
  }

  async #until(isMet: () => boolean, signal: AbortSignal): Promise<void> {
    const isReady = (): boolean => {
      this.#applyPatches()
      return this.#isComplete || isMet()
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
    this.#waiters.turnAway(error)
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

  /** Resolves after a `check` that finds `isMet`; rejects when the signal fires or everybody is turned away. */
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

  turnAway(error: unknown): void {
    for (const waiting of this.#waiting) waiting.reject(error)
    this.#waiting.clear()
  }
}
