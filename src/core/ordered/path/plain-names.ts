import { compareBytes, hasPart, joined } from '../byte-order.ts'
import { indexOfPart } from '../byte-prefix.ts'
import { compareRest, type LevelChild, type LevelKey, type LevelRows } from './level-rows.ts'
import { isOdd, segmentOfPart } from './odd-part.ts'

/** The plain names of a page, and whether there is one more. */
export interface PlainPage {
  readonly children: readonly LevelChild[]
  readonly isMore: boolean
}

/** The children of a page, up to its limit. */
class PageOfChildren {
  readonly children: LevelChild[] = []
  isMore = false
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Whether there is room for one more child. If not, there is more than the page. */
  get hasRoom(): boolean {
    if (this.children.length < this.#limit) return true
    this.isMore = true
    return false
  }

  /** @returns Whether the page is complete. */
  add(child: LevelChild): boolean {
    if (!this.hasRoom) return true
    this.children.push(child)
    return false
  }
}

/**
 * Names in ascending order. A byte below the separator puts `N-x` between the value `N` and the keys below `N`. So
 * before a name is emitted, each shorter name that it begins with, and that may be a branch later on, is looked up.
 */
class NamesUpwards extends PageOfChildren {
  readonly #rows: LevelRows
  readonly #divider: Uint8Array
  /** The last emitted name. */
  #last: string | undefined
  /** The last value that was met. Keys below it, if any, come later. */
  #value: { readonly name: string; readonly part: Uint8Array } | undefined

  constructor(rows: LevelRows, divider: Uint8Array, after: string | undefined, limit: number) {
    super(limit)
    this.#rows = rows
    this.#divider = divider
    this.#last = after
  }

  visit(key: LevelKey): boolean | Promise<boolean> {
    const value = this.#value
    if (value === undefined) return this.#visit(key)
    this.#value = undefined
    const isBranch = this.#isBranch(value.part, key)
    if (typeof isBranch === 'boolean') return this.#addValue(value.name, isBranch) || this.#visit(key)
    return isBranch.then(found => this.#addValue(value.name, found) || this.#visit(key))
  }

  async end(): Promise<void> {
    if (this.#value === undefined) return
    const { name, part } = this.#value
    this.#addValue(name, await this.#rows.hasBelow(part))
  }

  #visit({ key, part, isBelow }: LevelKey): boolean | Promise<boolean> {
    const name = segmentOfPart(part)
    if (isOdd(name) || !this.#isPastLast(name)) {
      if (isBelow) this.#rows.skip(part)
      return false
    }
    if (!this.hasRoom) return true
    const shorter = this.#shorterOnes(key, part)
    if (shorter.length === 0) return this.#addName(name, part, isBelow)
    return this.#addShorter(shorter).then(isEnough => isEnough || this.#addName(name, part, isBelow))
  }

  /** The shorter names that this one begins with and that later keys may be below. */
  #shorterOnes(key: Uint8Array, part: Uint8Array): Uint8Array[] {
    const shorter: Uint8Array[] = []
    const first = this.#divider[0] as number
    for (let length = 1; length < part.length; length++) {
      if ((part[length] as number) > first) continue
      if (compareRest(key, this.#rows.base.length + length, this.#divider) >= 0) continue
      const one = part.subarray(0, length)
      // The rows in memory usually show that there is none, which saves decoding the name.
      if (this.#rows.knownBelow(one) !== false) shorter.push(one)
    }
    return shorter
  }

  async #addShorter(shorter: readonly Uint8Array[]): Promise<boolean> {
    for (const part of shorter) {
      const name = segmentOfPart(part)
      if (isOdd(name) || !this.#isPastLast(name) || !(await this.#rows.hasBelow(part))) continue
      // Its value would have come before its keys below.
      if (this.add({ name, isValue: false, isBranch: true })) return true
      this.#last = name
    }
    return !this.hasRoom
  }

  #addName(name: string, part: Uint8Array, isBelow: boolean): boolean {
    this.#last = name
    if (!isBelow) {
      this.#value = { name, part }
      return false
    }
    this.#rows.skip(part)
    return this.add({ name, isValue: false, isBranch: true })
  }

  #addValue(name: string, isBranch: boolean): boolean {
    return this.add({ name, isValue: true, isBranch })
  }

  /** Whether the child of a value has keys below it, as the next key shows. */
  #isBranch(part: Uint8Array, { key, part: next, isBelow }: LevelKey): boolean | Promise<boolean> {
    if (isBelow && compareBytes(next, part) === 0) return true
    const { base } = this.#rows
    if (!hasPart(key, part, base.length)) return false
    if (compareRest(key, base.length + part.length, this.#divider) >= 0) return false
    return this.#rows.hasBelow(part)
  }

  #isPastLast(name: string): boolean {
    return this.#last === undefined || name > this.#last
  }
}

/**
 * Names in descending order. Keys below `N` come first, then `N-x`, then the value `N`. So a branch is pending until a
 * key no longer begins with its name.
 */
class NamesDownwards extends PageOfChildren {
  readonly #rows: LevelRows
  readonly #divider: Uint8Array
  readonly #after: string | undefined
  /** Pending branches: each begins with the one before it. */
  readonly #branches: { readonly name: string; readonly part: Uint8Array }[] = []

  constructor(rows: LevelRows, divider: Uint8Array, after: string | undefined, limit: number) {
    super(limit)
    this.#rows = rows
    this.#divider = divider
    this.#after = after
  }

  /** Finds the branches that are pending where the page begins. */
  async begin(after: Uint8Array): Promise<void> {
    const cursor = joined(this.#rows.base, after)
    // A cursor need not be a name: text after a separator cannot be in one.
    const divided = indexOfPart(after, this.#divider, 0)
    const most = divided < 0 ? after.length - 1 : divided
    for (let length = 1; length <= most; length++) {
      if (compareRest(cursor, this.#rows.base.length + length, this.#divider) > 0) continue
      const part = after.subarray(0, length)
      const name = segmentOfPart(part)
      if (!isOdd(name) && (await this.#rows.hasBelow(part))) this.#branches.push({ name, part })
    }
  }

  visit({ part, isBelow }: LevelKey): boolean {
    for (let top = this.#branches.at(-1); top !== undefined; top = this.#branches.at(-1)) {
      const begins = hasPart(part, top.part, 0)
      if (begins && part.length > top.part.length) break
      if (begins && isBelow) {
        this.#rows.skip(part)
        return false
      }
      this.#branches.pop()
      if (this.add({ name: top.name, isValue: begins, isBranch: true })) return true
      if (begins) return false
    }
    const name = segmentOfPart(part)
    const isListed = !isOdd(name) && (this.#after === undefined || name < this.#after)
    if (isBelow) this.#rows.skip(part)
    if (!isListed) return false
    if (!isBelow) return this.add({ name, isValue: true, isBranch: false })
    this.#branches.push({ name, part })
    return !this.hasRoom
  }

  end(): void {
    for (let top = this.#branches.pop(); top !== undefined; top = this.#branches.pop()) {
      if (this.add({ name: top.name, isValue: false, isBranch: true })) return
    }
  }
}

/**
 * The plain names of a level, in ascending or descending code-unit order.
 * @param after Names begin strictly after it; `cursor` holds its bytes.
 */
export async function plainNames(
  rows: LevelRows,
  divider: Uint8Array,
  page: {
    readonly after: string | undefined
    readonly cursor: Uint8Array | undefined
    readonly limit: number
    readonly reverse: boolean
  },
): Promise<PlainPage> {
  const { after, cursor, limit, reverse } = page
  if (reverse) {
    const names = new NamesDownwards(rows, divider, after, limit)
    if (cursor !== undefined) await names.begin(cursor)
    if (!(await rows.each(key => names.visit(key)))) names.end()
    return names
  }
  const names = new NamesUpwards(rows, divider, after, limit)
  if (!(await rows.each(key => names.visit(key)))) await names.end()
  return names
}
