import { Slices } from '../../concurrency/slices.ts'
import type { Child, ListPage } from '../../datastore.ts'
import { throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { followedBy, hasPart, joined } from '../byte-order.ts'
import type { RangeReader, Row } from '../driver.ts'
import type { Layout, LevelPage } from '../layout.ts'
import { ReadAhead } from '../read-ahead.ts'
import { decodeKey, decodeText, encodeKey, encodeSegment, rangeBelow } from './key-bytes.ts'

/** The layout `strata`: holds every key, in the byte order of the engine. */
export const strataLayout: Layout = {
  name: 'strata',
  isInKeyOrder: true,
  encode: encodeKey,
  decode: bytes => (bytes[0] === 0 ? undefined : decodeKey(bytes)),
  problem: () => 'layout strata holds every key',
  // The leading `/` is left out.
  longestText: bytes => bytes + 1,
  rangeBelow: prefix => rangeBelow(encodeKey(prefix)),
  level: strataLevel,
}

/** A child that is being read. Its rows may continue in the next range. */
interface PendingChild {
  readonly name: Uint8Array
  isValue: boolean
  isBranch: boolean
}

/**
 * One page of a level. A child's value has the child's name as its key; every key that begins with the name and 00
 * makes it a branch.
 */
export async function strataLevel(driver: RangeReader, prefix: Key, page: LevelPage): Promise<ListPage> {
  const level = new StrataLevel(driver, prefix, page)
  return level.read()
}

class StrataLevel {
  readonly #driver: RangeReader
  readonly #prefix: Key
  readonly #page: LevelPage
  /** The common beginning of every key of the level. */
  readonly #start: Uint8Array
  readonly #children: Child[] = []
  #from: Uint8Array
  #to: Uint8Array
  #pending: PendingChild | undefined
  #visited = 0

  constructor(driver: RangeReader, prefix: Key, page: LevelPage) {
    this.#driver = driver
    this.#prefix = prefix
    this.#page = page
    const { from, to } = rangeBelow(encodeKey(prefix))
    this.#start = prefix.isRoot ? new Uint8Array() : from
    this.#from = from
    this.#to = to
    if (page.after === undefined) return
    const after = this.#keyOf(encodeSegment(page.after))
    if (page.reverse) this.#to = after
    else this.#from = followedBy(after, 1)
  }

  async read(): Promise<ListPage> {
    const { limit, reverse, signal } = this.#page
    const { info } = this.#driver
    const ahead = new ReadAhead(info.readAhead, info.maxRows, limit + 1)
    const slices = new Slices()
    for (;;) {
      if (slices.isOver) await slices.pause()
      throwIfAborted(signal, 'list', this.#prefix)
      const { count } = ahead
      const range = { from: this.#from, to: this.#to, limit: count, reverse, keysOnly: true }
      const answer = this.#driver.range(range, signal)
      const rows = answer instanceof Promise ? await answer : answer
      this.#visited = 0
      for (const { key } of rows) {
        this.#visit(key)
        if (this.#children.length === limit) return this.#paged(true)
      }
      const last = rows.at(-1)
      if (rows.length < count || last === undefined) break
      this.#goPast(last)
      ahead.seen(rows.length, this.#visited, limit - this.#children.length + 1)
    }
    this.#end()
    return this.#paged(false)
  }

  /** Processes a row of the current child, or of the next one. */
  #visit(key: Uint8Array): void {
    const at = this.#start.length
    const divide = key.indexOf(0, at)
    const end = divide < 0 ? key.length : divide
    let child = this.#pending
    if (child === undefined || child.name.length !== end - at || !hasPart(key, child.name, at)) {
      this.#end()
      child = { name: key.subarray(at, end), isValue: false, isBranch: false }
      this.#pending = child
      this.#visited++
    }
    if (divide < 0) child.isValue = true
    else child.isBranch = true
  }

  #end(): void {
    const child = this.#pending
    if (child === undefined) return
    const name = decodeText(child.name)
    const { isValue, isBranch } = child
    this.#children.push({ name, key: this.#prefix.childOfCleanSegment(name), isValue, isBranch })
    this.#pending = undefined
  }

  /** Continues after the rows that were read. A branch is skipped: the next range begins after everything below it. */
  #goPast(last: Row): void {
    const child = this.#pending as PendingChild
    const name = this.#keyOf(child.name)
    if (!this.#page.reverse) this.#from = child.isBranch ? followedBy(name, 1) : followedBy(last.key, 0)
    // In reverse order a value comes after everything below it, so it is still unknown whether there is one.
    else this.#to = child.isValue ? name : followedBy(name, 0)
  }

  #keyOf(name: Uint8Array): Uint8Array {
    return joined(this.#start, name)
  }

  #paged(isMore: boolean): ListPage {
    const children = this.#children
    const last = children.at(-1)
    return { children, ...(isMore && last !== undefined && { cursor: last.name }) }
  }
}
