import type { Child, ListPage } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import { hasPart } from '../../../ordered/byte-order.ts'
import type { RangeReader } from '../../../ordered/driver.ts'
import type { Layout, LevelPage } from '../../../ordered/layout.ts'
import { keyOfName, nameOfKey, nameOfSegment, PAST_ALL, segmentOfName } from './text-keys.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const SLASH = 0x2f
/** A lone surrogate, which may be in a cursor but in no name. */
const LONE = /[\ud800-\udfff]/u
/** Sorts after the names that continue with a character above U+FFFF. */
const AFTER_ASTRAL = '\ue000B'

/**
 * Layout `strata` in S3: every key that is short enough, as text in key order. Names that begin with a byte before `0`
 * are not keys: they belong to the layout.
 */
export class TextLayout implements Layout {
  readonly name = 'strata'
  readonly isInKeyOrder = true
  readonly #folder: string
  readonly #start: Uint8Array

  /** @param folder What every name begins with. */
  constructor(folder: string) {
    this.#folder = folder
    this.#start = encoder.encode(folder)
  }

  encode(key: Key): Uint8Array {
    return encoder.encode(this.#folder + nameOfKey(key))
  }

  decode(bytes: Uint8Array): Key | undefined {
    if (!hasPart(bytes, this.#start, 0)) return undefined
    return keyOfName(decoder.decode(bytes.subarray(this.#start.length)))
  }

  problem(): string {
    return 'layout strata holds every key'
  }

  longestText(bytes: number): number {
    return bytes - this.#start.length + 1
  }

  rangeBelow(prefix: Key): { readonly from: Uint8Array; readonly to: Uint8Array } {
    const base = this.#baseOf(prefix)
    return { from: encoder.encode(`${base}0`), to: encoder.encode(base + PAST_ALL) }
  }

  /** @param names Ranges by the delimiter `/`: a branch is one row, which follows the value of the same name. */
  async level(names: RangeReader, prefix: Key, page: LevelPage): Promise<ListPage> {
    const { after, limit, reverse, signal } = page
    const base = this.#baseOf(prefix)
    const children: Child[] = []
    let { from, to } = this.rangeBelow(prefix)
    if (after !== undefined) {
      const lone = after.search(LONE)
      const name = base + nameOfSegment(lone < 0 ? after : after.slice(0, lone))
      if (reverse) to = encoder.encode(lone < 0 ? name : name + AFTER_ASTRAL)
      else from = encoder.encode(lone < 0 ? `${name}/${PAST_ALL}` : name)
    }
    const start = encoder.encode(base).length
    // A child has up to two rows, and one more child shows that there are more.
    const most = Math.min(names.info.maxRows, limit + 1)
    for (;;) {
      const rows = await names.range({ from, to, limit: most, reverse, keysOnly: true }, signal)
      for (const { key } of rows) {
        const isBranch = key.at(-1) === SLASH
        const text = decoder.decode(key.subarray(start, isBranch ? key.length - 1 : key.length))
        const name = segmentOfName(text)
        if (name === undefined || (after !== undefined && (reverse ? name >= after : name <= after))) continue
        const last = children.at(-1)
        if (last?.name === name) {
          children[children.length - 1] = { ...last, isValue: true, isBranch: true }
          continue
        }
        if (children.length === limit) return { children, cursor: last?.name }
        children.push({ name, key: prefix.childOfCleanSegment(name), isValue: !isBranch, isBranch })
      }
      const end = rows.at(-1)
      if (end === undefined || rows.length < most) return { children }
      if (reverse) to = end.key
      else from = encoder.encode(decoder.decode(end.key) + (end.key.at(-1) === SLASH ? PAST_ALL : '\0'))
    }
  }

  #baseOf(prefix: Key): string {
    return prefix.isRoot ? this.#folder : `${this.#folder}${nameOfKey(prefix)}/`
  }
}
