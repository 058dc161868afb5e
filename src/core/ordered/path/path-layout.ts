import type { ListPage } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { hasPart } from '../byte-order.ts'
import { type Bounds, endOfKeys } from '../byte-prefix.ts'
import type { RangeReader } from '../driver.ts'
import type { Layout, LevelPage } from '../layout.ts'
import { type LevelChild, LevelRows } from './level-rows.ts'
import { oddWindow } from './odd-level.ts'
import { OddNames } from './odd-names.ts'
import { isOdd } from './odd-part.ts'
import { type PassOptions, scanAll } from './odd-pass.ts'
import type { PathNames } from './path-names.ts'
import { plainNames } from './plain-names.ts'

export interface PathLayoutOptions {
  /** Whether the engine's keys are text: no NUL and no invalid UTF-8. */
  readonly isText: boolean
  /**
   * Whether every change by others is reported by `wrote` or `reset`, or the driver detects it, so that results can be
   * cached.
   */
  readonly isKept: boolean
}

/** A level whose keys begin with `base`. */
interface Level {
  readonly prefix: Key
  readonly base: Uint8Array
}

const NOTHING: Bounds = { from: new Uint8Array(), to: new Uint8Array() }
const encoder = new TextEncoder()
/** A lone surrogate, which may occur in a cursor but not in a name. */
const LONE = /[\ud800-\udfff]/u

/**
 * Path text as other programs write it: segments between separators, and plain values. The engine's order is not key
 * order, so a level reads ahead (`plain-names.ts`, `code-unit-order.ts`), and its odd names come last.
 */
export class PathLayout implements Layout {
  readonly name = 'path'
  readonly isInKeyOrder = false
  readonly names: PathNames
  readonly odd: OddNames
  readonly #isText: boolean

  constructor(names: PathNames, { isText, isKept }: PathLayoutOptions) {
    this.names = names
    this.odd = new OddNames({ isNever: isText && names.separator === '/', isKept })
    this.#isText = isText
  }

  encode(key: Key): Uint8Array | undefined {
    const bytes = this.names.bytesOf(key)
    return bytes !== undefined && this.#isText && !isText(bytes) ? undefined : bytes
  }

  decode(bytes: Uint8Array): Key | undefined {
    return hasPart(bytes, this.names.prefix, 0) ? this.names.keyOf(bytes) : undefined
  }

  problem(key: Key): string {
    const isNamed = this.names.bytesOf(key) !== undefined
    return isNamed ? 'the engine accepts only keys of valid UTF-8 without NUL' : this.names.problem
  }

  longestText(bytes: number): number {
    const { prefix, leading, divider } = this.names
    const { length } = divider
    const room = bytes - prefix.length - (leading ? length : 0)
    // If a separator is longer than the `/` of a text, the key with the most segments is the longest.
    return Math.floor((2 * (room + length)) / (length + 1))
  }

  rangeBelow(prefix: Key): Bounds {
    const base = prefix.isRoot ? this.names.prefix : this.names.baseOf(prefix)
    return base === undefined ? NOTHING : { from: base, to: endOfKeys(base) }
  }

  async level(driver: RangeReader, prefix: Key, page: LevelPage): Promise<ListPage> {
    const base = this.names.baseOf(prefix)
    if (base === undefined) return { children: [] }
    if (driver.othersWrote?.() === true) this.reset()
    const level = { prefix, base }
    const { children, isMore } = page.reverse
      ? await this.#downwards(driver, level, page)
      : await this.#upwards(driver, level, page)
    const last = children.at(-1)
    return {
      children: children.map(child => ({ ...child, key: prefix.childOfCleanSegment(child.name) })),
      ...(isMore && last !== undefined && { cursor: last.name }),
    }
  }

  wrote(key: Key): void {
    this.odd.wrote(key)
  }

  reset(): void {
    this.odd.reset()
  }

  inside(): PathLayout {
    return new PathLayout(this.names, { isText: this.#isText, isKept: false })
  }

  /**
   * Reads every key once and remembers which levels have scattered names, so that other levels can be listed without
   * reading them to their end.
   * @returns The number of entries.
   */
  async learn(driver: RangeReader, options: PassOptions = {}): Promise<number> {
    if (driver.othersWrote?.() === true) this.reset()
    const { resets } = this.odd
    const { entries, levels } = await scanAll(driver, this.names, options)
    if (driver.othersWrote?.() === true) this.reset()
    this.odd.learn(levels, resets)
    return entries
  }

  async #upwards(driver: RangeReader, level: Level, page: LevelPage): Promise<Children> {
    const { after, limit } = page
    if (after !== undefined && isOdd(after)) return cut(await this.#odd(driver, level, page), limit)
    const plain = await this.#plain(driver, level, page)
    if (plain.isMore) return plain
    const room = limit - plain.children.length
    const odd = await this.#odd(driver, level, { ...page, after: undefined, limit: room })
    return cut([...plain.children, ...odd], limit)
  }

  async #downwards(driver: RangeReader, level: Level, page: LevelPage): Promise<Children> {
    const { after, limit } = page
    if (after !== undefined && !isOdd(after)) return this.#plain(driver, level, page)
    const odd = await this.#odd(driver, level, page)
    if (odd.length > limit) return cut(odd, limit)
    const room = limit - odd.length
    const plain = await this.#plain(driver, level, { ...page, after: undefined, limit: room })
    return { children: [...odd, ...plain.children], isMore: plain.isMore }
  }

  #plain(driver: RangeReader, level: Level, page: LevelPage): Promise<Children> {
    const { after } = page
    const cursor = after === undefined ? undefined : cursorBytes(after, page.reverse)
    const rows = new LevelRows(driver, this.names, level, page, cursor)
    return plainNames(rows, this.names.divider, { ...page, cursor })
  }

  /** Odd names after the cursor: one more than the page has room for, if there are so many. */
  async #odd(driver: RangeReader, level: Level, page: LevelPage): Promise<readonly LevelChild[]> {
    const limit = page.limit + 1
    const { odd } = this
    const known = odd.find(level.prefix, { ...page, limit })
    if (known !== undefined) return known
    const { generation } = odd
    const isScattered = odd.mayBeScattered(level.prefix)
    const window = await oddWindow(driver, this.names, level, { ...page, limit }, isScattered)
    odd.keep(level.prefix, window, generation)
    return window.children.slice(0, limit)
  }
}

interface Children {
  readonly children: readonly LevelChild[]
  readonly isMore: boolean
}

function cut(children: readonly LevelChild[], limit: number): Children {
  return { children: children.slice(0, limit), isMore: children.length > limit }
}

/** The bytes for a cursor. If it is not valid Unicode, the bytes of a position before it in the page's direction. */
function cursorBytes(after: string, reverse: boolean): Uint8Array {
  const lone = after.search(LONE)
  if (lone < 0) return encoder.encode(after)
  return encoder.encode(after.slice(0, lone) + (reverse ? '\uffff' : ''))
}

const strict = new TextDecoder('utf-8', { fatal: true })

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}
