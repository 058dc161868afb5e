import { Slices } from '../../concurrency/slices.ts'
import { throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { compareBytes, followedBy, hasPart, joined } from '../byte-order.ts'
import { endOfPrefix, indexOfPart } from '../byte-prefix.ts'
import type { OrderedDriver, Row } from '../driver.ts'
import type { LevelPage } from '../layout.ts'
import { ReadAhead } from '../read-ahead.ts'
import { CodeUnitOrder } from './code-unit-order.ts'
import type { PathNames } from './path-names.ts'

/** A child as the engine's keys show it. */
export interface LevelChild {
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
}

/** An engine's key within a level. */
export interface LevelKey {
  readonly key: Uint8Array
  /** The bytes of the child's name. */
  readonly part: Uint8Array
  /** The key goes on past the name: it is below the child, not the child's value. */
  readonly isBelow: boolean
}

/** Takes a key, and says whether the page has all it needs. */
export type Meet = (met: LevelKey) => boolean | Promise<boolean>

/**
 * The keys of one level whose names are plain, in ranges that put names into code-unit order. Read ahead as far as pays,
 * key-only. What is in a range beyond a skipped branch is used and not read again.
 */
export class LevelRows {
  /** What every key of the level begins with. */
  readonly base: Uint8Array
  readonly #driver: OrderedDriver
  readonly #names: PathNames
  readonly #prefix: Key
  readonly #page: LevelPage
  readonly #order: CodeUnitOrder
  /** The range that is at hand, and which of its rows was met last. */
  #rows: readonly Row[] = []
  #index = 0
  /** Where what is known of the engine ends. */
  #knownTo: Uint8Array

  /** @param after Bytes of the name that the rows begin strictly past. */
  constructor(
    driver: OrderedDriver,
    names: PathNames,
    level: { readonly prefix: Key; readonly base: Uint8Array },
    page: LevelPage,
    after: Uint8Array | undefined,
  ) {
    this.base = level.base
    this.#driver = driver
    this.#names = names
    this.#prefix = level.prefix
    this.#page = page
    this.#order = new CodeUnitOrder(level.base, after, page.reverse)
    this.#knownTo = level.base
  }

  /** Gives each key to `meet`, until it has all it needs. @returns Whether it has. */
  async each(meet: Meet): Promise<boolean> {
    const { limit, reverse, signal } = this.#page
    const { readAhead, maxRows } = this.#driver.info
    const ahead = new ReadAhead(readAhead, maxRows, limit + 1)
    const slices = new Slices()
    for (let range = this.#order.range; range !== undefined; range = this.#order.range) {
      if (slices.isOver) await slices.pause()
      throwIfAborted(signal, 'list', this.#prefix)
      const { count } = ahead
      const answer = this.#driver.range({ ...range, limit: count, reverse, keysOnly: true }, signal)
      this.#rows = answer instanceof Promise ? await answer : answer
      const last = this.#rows.at(-1)
      const isWhole = last === undefined || this.#rows.length < count
      this.#knownTo = isWhole ? range.to : last.key
      const met = await this.#meetAll(meet)
      if (met === 'enough') return true
      if (met === 'divided') continue
      if (isWhole) this.#order.end()
      else {
        if (this.#order.isAhead(last.key)) this.#order.goOn(reverse ? last.key : followedBy(last.key, 0))
        ahead.seen(this.#rows.length, met, limit + 1)
      }
    }
    return false
  }

  /** Leaves out what is left below a child. */
  skip(part: Uint8Array): void {
    const below = this.#below(part)
    this.#order.goOn(this.#page.reverse ? below : (endOfPrefix(below) as Uint8Array))
  }

  /** Whether there is a key below a child, whose name is the next one's or a part of it. */
  hasBelow(part: Uint8Array): boolean | Promise<boolean> {
    const known = this.knownBelow(part)
    if (known !== undefined) return known
    const below = this.#below(part)
    const to = endOfPrefix(below) as Uint8Array
    const range = { from: below, to, limit: 1, reverse: false, keysOnly: true }
    const rows = this.#driver.range(range, this.#page.signal)
    return rows instanceof Promise ? rows.then(({ length }) => length > 0) : rows.length > 0
  }

  /** The same as far as the rows at hand tell it; `undefined` where they do not. */
  knownBelow(part: Uint8Array): boolean | undefined {
    const below = this.#below(part)
    if (!this.#names.isDividedAt(below, below.length - this.#names.divider.length)) return false
    if (this.#page.reverse) return undefined
    const next = this.#rows[this.#index + 1]
    // What begins with the name is in one piece, which ends before the next row.
    if (next !== undefined && !hasPart(next.key, part, this.base.length)) return false
    return compareBytes(below, this.#knownTo) < 0 ? this.#isAtHand(below) : undefined
  }

  /** @returns How many keys were met, unless that ended early. */
  async #meetAll(meet: Meet): Promise<number | 'enough' | 'divided'> {
    const start = this.base.length
    let count = 0
    for (const [index, { key }] of this.#rows.entries()) {
      if (!this.#order.isAhead(key)) continue
      const divided = indexOfPart(key, this.#names.divider, start)
      const end = divided < 0 ? key.length : divided
      if (this.#order.divide(key, end)) return 'divided'
      this.#index = index
      count++
      const isEnough = meet({ key, part: key.subarray(start, end), isBelow: divided >= 0 })
      if (isEnough === true || (isEnough !== false && (await isEnough))) return 'enough'
    }
    return count
  }

  /** Whether a row at hand begins with `below`. */
  #isAtHand(below: Uint8Array): boolean {
    let [low, high] = [this.#index + 1, this.#rows.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareBytes((this.#rows[middle] as Row).key, below) < 0) low = middle + 1
      else high = middle
    }
    const found = this.#rows[low]
    return found !== undefined && hasPart(found.key, below, 0)
  }

  #below(part: Uint8Array): Uint8Array {
    return joined(joined(this.base, part), this.#names.divider)
  }
}

/** How the bytes from `at` on compare with a separator: negative before it, also where they end within it; 0 at it. */
export function compareRest(bytes: Uint8Array, at: number, divider: Uint8Array): number {
  return compareBytes(bytes.subarray(at, at + divider.length), divider)
}
