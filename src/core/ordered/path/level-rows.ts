import { Slices } from '../../concurrency/slices.ts'
import { throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { compareBytes, followedBy, hasPart, joined } from '../byte-order.ts'
import { endOfPrefix, indexOfPart } from '../byte-prefix.ts'
import type { RangeReader, Row } from '../driver.ts'
import type { LevelPage } from '../layout.ts'
import { ReadAhead } from '../read-ahead.ts'
import { CodeUnitOrder } from './code-unit-order.ts'
import type { PathNames } from './path-names.ts'

/** A child, as far as the engine's keys show it. */
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
  /** Whether the key continues after the name: it is below the child, not the child's value. */
  readonly isBelow: boolean
}

/** Takes a key. Returns whether the page is complete. */
export type Visit = (key: LevelKey) => boolean | Promise<boolean>

/**
 * The keys of one level whose names are plain, in ranges that put names into code-unit order. Reads ahead where that is
 * cheaper than a seek, without values. Rows after a skipped branch that were already read are not read again.
 */
export class LevelRows {
  /** The common beginning of every key of the level. */
  readonly base: Uint8Array
  readonly #driver: RangeReader
  readonly #names: PathNames
  readonly #prefix: Key
  readonly #page: LevelPage
  readonly #order: CodeUnitOrder
  /** The rows in memory, and the index of the last one that was passed on. */
  #rows: readonly Row[] = []
  #index = 0
  /** The engine key up to which all keys of the range have been read. */
  #knownTo: Uint8Array

  /** @param after Bytes of the name after which the rows begin. */
  constructor(
    driver: RangeReader,
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

  /**
   * Passes each key to `visit` until it returns true.
   * @returns Whether it did.
   */
  async each(visit: Visit): Promise<boolean> {
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
      const visited = await this.#visitAll(visit)
      if (visited === 'enough') return true
      if (visited === 'divided') continue
      if (isWhole) this.#order.end()
      else {
        if (this.#order.isAhead(last.key))
          this.#order.continueFrom(reverse ? last.key : followedBy(last.key, 0))
        ahead.seen(this.#rows.length, visited, limit + 1)
      }
    }
    return false
  }

  /** Skips the remaining keys below a child. */
  skip(part: Uint8Array): void {
    const below = this.#below(part)
    this.#order.continueFrom(this.#page.reverse ? below : (endOfPrefix(below) as Uint8Array))
  }

  /** Whether there is a key below a child. The child's name must be the name of the next key or a prefix of it. */
  hasBelow(part: Uint8Array): boolean | Promise<boolean> {
    const known = this.knownBelow(part)
    if (known !== undefined) return known
    const below = this.#below(part)
    const to = endOfPrefix(below) as Uint8Array
    const range = { from: below, to, limit: 1, reverse: false, keysOnly: true }
    const rows = this.#driver.range(range, this.#page.signal)
    return rows instanceof Promise ? rows.then(({ length }) => length > 0) : rows.length > 0
  }

  /** As `hasBelow`, from the rows in memory; `undefined` if they do not show it. */
  knownBelow(part: Uint8Array): boolean | undefined {
    const below = this.#below(part)
    if (!this.#names.isDividedAt(below, below.length - this.#names.divider.length)) return false
    if (this.#page.reverse) return undefined
    const next = this.#rows[this.#index + 1]
    // Keys that begin with the name are in one piece, which ends before the next row.
    if (next !== undefined && !hasPart(next.key, part, this.base.length)) return false
    return compareBytes(below, this.#knownTo) < 0 ? this.#isAtHand(below) : undefined
  }

  /** @returns The number of keys that were passed on, unless `visit` or a division of the range ended the pass. */
  async #visitAll(visit: Visit): Promise<number | 'enough' | 'divided'> {
    const start = this.base.length
    let count = 0
    for (const [index, { key }] of this.#rows.entries()) {
      if (!this.#order.isAhead(key)) continue
      const divided = indexOfPart(key, this.#names.divider, start)
      const end = divided < 0 ? key.length : divided
      if (this.#order.divide(key, end)) return 'divided'
      this.#index = index
      count++
      const isEnough = visit({ key, part: key.subarray(start, end), isBelow: divided >= 0 })
      if (isEnough === true || (isEnough !== false && (await isEnough))) return 'enough'
    }
    return count
  }

  /** Whether a row in memory begins with `below`. */
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

/**
 * Compares the bytes from `at` on with a separator: negative if they sort before it or end within it; 0 if they begin
 * with it.
 */
export function compareRest(bytes: Uint8Array, at: number, divider: Uint8Array): number {
  return compareBytes(bytes.subarray(at, at + divider.length), divider)
}
