import { Slices } from '../../concurrency/slices.ts'
import { throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { compareNames } from '../../stores/sorted-names.ts'
import { compareBytes, followedBy, joined } from '../byte-order.ts'
import { type Bounds, endOfKeys, endOfPrefix, indexOfPart } from '../byte-prefix.ts'
import type { RangeReader } from '../driver.ts'
import type { LevelPage } from '../layout.ts'
import { ReadAhead } from '../read-ahead.ts'
import type { OddChild, OddWindow } from './odd-names.ts'
import { isOdd, segmentOfPart } from './odd-part.ts'
import type { PathNames } from './path-names.ts'

/** Odd names of a level that are kept in memory, unless a page needs more. */
const MAX_NAMES = 20_000
/** UTF-8 of U+FFFD. Every name that is odd because of its first character sorts at or after it. */
const FIRST_ODD = Uint8Array.of(0xef, 0xbf, 0xbd)
const PAST_ODD = 0xf0
const QUICK_PARTS: readonly Uint8Array[] = ['', '.', '..'].map(part => new TextEncoder().encode(part))

/**
 * The odd names of a level strictly after `page.after`, in the direction of the page.
 * @param isScattered Whether they may be anywhere in the level, so that all of it is read. Otherwise only the ranges
 * are read where odd names can be.
 */
export async function oddWindow(
  driver: RangeReader,
  names: PathNames,
  level: { readonly prefix: Key; readonly base: Uint8Array },
  page: LevelPage,
  isScattered: boolean,
): Promise<OddWindow> {
  const reader = new OddLevel(driver, names, level, page)
  const { base, prefix } = level
  const whole = prefix.isRoot ? names.prefix : base
  if (isScattered) await reader.pass({ from: whole, to: endOfKeys(whole) })
  else for (const range of quickRanges(names, level)) await reader.pass(range)
  return reader.window
}

/** The ranges of odd names that are not scattered. */
function* quickRanges(
  { prefix, leading, divider }: PathNames,
  level: { readonly prefix: Key; readonly base: Uint8Array },
): Iterable<Bounds> {
  const { base } = level
  for (const part of QUICK_PARTS) {
    const value = joined(base, part)
    const below = joined(value, divider)
    yield { from: value, to: followedBy(value, 0) }
    yield { from: below, to: endOfPrefix(below) as Uint8Array }
  }
  yield { from: joined(base, FIRST_ODD), to: followedBy(base, PAST_ODD) }
  if (!level.prefix.isRoot || !leading) return
  yield { from: prefix, to: base }
  yield { from: endOfPrefix(base) as Uint8Array, to: endOfKeys(prefix) }
}

/** Collects the odd names of a level from ranges of its keys: the next ones after the cursor, up to a limit. */
class OddLevel {
  readonly #driver: RangeReader
  readonly #names: PathNames
  readonly #level: { readonly prefix: Key; readonly base: Uint8Array }
  readonly #page: LevelPage
  readonly #slices = new Slices()
  #found = new Map<string, OddChild>()
  /** Names after this one are dropped, because there are enough before it. */
  #bound: string | undefined

  constructor(
    driver: RangeReader,
    names: PathNames,
    level: { readonly prefix: Key; readonly base: Uint8Array },
    page: LevelPage,
  ) {
    this.#driver = driver
    this.#names = names
    this.#level = level
    this.#page = page
  }

  get window(): OddWindow {
    const { after, reverse } = this.#page
    return { after, reverse, children: this.#sorted(), isLast: this.#bound === undefined }
  }

  async pass(range: Bounds): Promise<void> {
    const { readAhead, maxRows } = this.#driver.info
    const ahead = new ReadAhead(readAhead, maxRows, maxRows)
    const { signal } = this.#page
    let { from } = range
    while (compareBytes(from, range.to) < 0) {
      if (this.#slices.isOver) await this.#slices.pause()
      throwIfAborted(signal, 'list', this.#level.prefix)
      const { count } = ahead
      const wanted = { from, to: range.to, limit: count, reverse: false, keysOnly: true }
      const answer = this.#driver.range(wanted, signal)
      const rows = answer instanceof Promise ? await answer : answer
      let visited = 0
      for (const { key } of rows) {
        if (compareBytes(key, from) < 0) continue
        from = this.#visit(key)
        visited++
      }
      if (rows.length < count) return
      ahead.seen(rows.length, visited, maxRows)
    }
  }

  /** @returns Where the next child can begin. */
  #visit(key: Uint8Array): Uint8Array {
    const names = this.#names
    const lacksSeparator = this.#level.prefix.isRoot && names.lacksSeparator(key)
    const start = lacksSeparator ? names.prefix.length : this.#level.base.length
    const divided = indexOfPart(key, names.divider, start)
    const end = divided < 0 ? key.length : divided
    const name = segmentOfPart(key.subarray(start, end), lacksSeparator)
    if (isOdd(name)) this.#add(name, divided >= 0)
    if (divided < 0) return followedBy(key, 0)
    return endOfPrefix(key.subarray(0, end + names.divider.length)) as Uint8Array
  }

  #add(name: string, isBranch: boolean): void {
    const { after, reverse } = this.#page
    const isBefore = (a: string, b: string) => (reverse ? a > b : a < b)
    if (after !== undefined && !isBefore(after, name)) return
    if (this.#bound !== undefined && isBefore(this.#bound, name)) return
    const child = this.#found.get(name)
    if (child === undefined) this.#found.set(name, { name, isValue: !isBranch, isBranch })
    else if (isBranch) child.isBranch = true
    else child.isValue = true
    const most = Math.max(MAX_NAMES, this.#page.limit)
    if (this.#found.size < 2 * most) return
    const kept = this.#sorted().slice(0, most)
    this.#bound = kept.at(-1)?.name
    this.#found = new Map(kept.map(one => [one.name, one]))
  }

  #sorted(): OddChild[] {
    const sorted = [...this.#found.values()].sort((a, b) => compareNames(a.name, b.name))
    return this.#page.reverse ? sorted.reverse() : sorted
  }
}
