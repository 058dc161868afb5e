import type { Key } from '../../key.ts'
import { isOdd } from './odd-part.ts'

/** The maximum number of remembered levels with scattered names. With more, every level is treated as having some. */
const MAX_LEVELS = 10_000
/** The number of cached windows of odd names. */
const MAX_WINDOWS = 16

/**
 * Odd names that are found without reading the whole level: the empty part, `.`, `..`, those from U+FFFD on, and keys
 * without a leading separator.
 */
const FOUND_BY_LOOKING = /^\ufffd(?:$|\.{1,2}$|[\ufffd-\uffff]|%-)/

/** A child with an odd name. */
export interface OddChild {
  readonly name: string
  isValue: boolean
  isBranch: boolean
}

/** The odd names of a level in the order of its direction, strictly after `after`: all of them, or the first ones. */
export interface OddWindow {
  readonly reverse: boolean
  readonly after: string | undefined
  readonly children: readonly OddChild[]
  /** Whether there are no more. */
  readonly isLast: boolean
}

/** Whether a segment is an odd name that can be anywhere among the engine's keys of its level. */
export function isScattered(segment: string): boolean {
  return isOdd(segment) && !FOUND_BY_LOOKING.test(segment)
}

export interface OddNamesOptions {
  /** Whether no name can be scattered. */
  readonly isNever: boolean
  /** Whether every change is reported by `wrote` or `reset`, so that results can be cached. */
  readonly isKept: boolean
}

/**
 * Caches what is known about the odd names of a store. Names with bytes that are not UTF-8, and names with `/` in a
 * store with another separator, are scattered among the engine's keys. To find them, a whole level must be read, unless
 * the level is known to have none. A pass over the whole store finds the levels that have some. Writes of this store
 * keep the result up to date.
 */
export class OddNames {
  readonly #isNever: boolean
  readonly #isKept: boolean
  /** Texts of the levels that may have scattered names; `undefined` while any level may have some. */
  #levels: Set<string> | undefined
  /** Levels in which this store has written scattered names. */
  readonly #written = new Set<string>()
  readonly #windows = new Map<string, OddWindow>()
  #generation = 0
  #resets = 0

  constructor(options: OddNamesOptions) {
    this.#isNever = options.isNever
    this.#isKept = options.isKept
  }

  /** Counts the changes that invalidate windows. */
  get generation(): number {
    return this.#generation
  }

  /** Counts the changes that invalidate the result of a pass over the store. */
  get resets(): number {
    return this.#resets
  }

  /** Whether a pass over the store would show which levels have scattered names, because that is unknown. */
  get isUnknown(): boolean {
    return this.#isKept && !this.#isNever && this.#levels === undefined
  }

  mayBeScattered(level: Key): boolean {
    if (this.#isNever) return false
    return this.#levels?.has(level.toString()) ?? true
  }

  /** A cached window with the names after `after`, up to `limit`. */
  find(level: Key, { after, reverse, limit }: PartOfWindow): readonly OddChild[] | undefined {
    const id = windowId(level, reverse)
    const window = this.#windows.get(id)
    if (window === undefined || !isPast(after, window.after, reverse)) return undefined
    const first = window.children.findIndex(({ name }) => isPast(name, after, reverse) && name !== after)
    const found = first < 0 ? [] : window.children.slice(first, first + limit)
    if (found.length < limit && !window.isLast) return undefined
    this.#windows.delete(id)
    this.#windows.set(id, window)
    return found
  }

  /** @param generation The generation when reading of the window began. */
  keep(level: Key, window: OddWindow, generation: number): void {
    if (!this.#isKept || generation !== this.#generation) return
    this.#windows.set(windowId(level, window.reverse), window)
    const [oldest] = this.#windows.keys()
    if (this.#windows.size > MAX_WINDOWS && oldest !== undefined) this.#windows.delete(oldest)
  }

  /**
   * Stores the levels with scattered names that a pass over the store found.
   * @param resets The value of `resets` when the pass began.
   */
  learn(levels: ReadonlySet<string> | undefined, resets: number): void {
    if (!this.#isKept || resets !== this.#resets) return
    if (levels === undefined || this.#written.size > MAX_LEVELS) return
    this.#levels = new Set([...levels, ...this.#written])
  }

  /** Called when this store has put or removed a key. */
  wrote(key: Key): void {
    const text = key.toString()
    if (!text.includes('/\ufffd')) return
    this.#generation++
    let level = ''
    for (const segment of key.segments) {
      if (isOdd(segment)) this.#wroteIn(level === '' ? '/' : level, segment)
      level += `/${segment}`
    }
  }

  /** Drops everything that is cached, because others may have changed anything. */
  reset(): void {
    this.#generation++
    this.#resets++
    this.#levels = undefined
    this.#written.clear()
    this.#windows.clear()
  }

  #wroteIn(level: string, segment: string): void {
    for (const reverse of [false, true]) this.#windows.delete(windowId(level, reverse))
    if (!isScattered(segment)) return
    if (this.#written.size <= MAX_LEVELS) this.#written.add(level)
    this.#levels?.add(level)
    if (this.#written.size > MAX_LEVELS) this.#levels = undefined
  }
}

interface PartOfWindow {
  readonly after: string | undefined
  readonly reverse: boolean
  readonly limit: number
}

/** Levels with scattered names, up to the number that is remembered. */
export class ScatteredLevels {
  readonly #levels = new Set<string>()

  add(key: Key): void {
    if (this.#levels.size > MAX_LEVELS) return
    let level = ''
    for (const segment of key.segments) {
      if (isScattered(segment)) this.#levels.add(level === '' ? '/' : level)
      level += `/${segment}`
    }
  }

  /** `undefined` if there are more than are remembered. */
  get all(): ReadonlySet<string> | undefined {
    return this.#levels.size > MAX_LEVELS ? undefined : this.#levels
  }
}

function windowId(level: Key | string, reverse: boolean): string {
  return `${reverse ? '-' : '+'}${level.toString()}`
}

/** Whether `name` is at or after `bound`, in a direction. */
function isPast(name: string | undefined, bound: string | undefined, reverse: boolean): boolean {
  if (bound === undefined) return true
  if (name === undefined) return false
  return reverse ? name <= bound : name >= bound
}
