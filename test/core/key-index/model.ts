import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { Key } from '../../../src/core/key.ts'
import type { LevelPage } from '../../../src/core/key-index/key-index.ts'
import { IS_BRANCH, IS_VALUE } from '../../../src/core/key-index/level-cursor.ts'
import { readName } from '../../../src/core/key-index/name-bytes.ts'
import { pack, unpack } from '../../../src/core/key-index/packed.ts'
import { encodeKey } from '../../../src/core/ordered/strata/key-bytes.ts'

/** Few segments, so that keys collide. Some sort between a branch and its children, or need escapes. */
const segment = fc.constantFrom('a', 'b', 'a-', 'ab', 'a\0', '\u0001', 'é', '\u{1f600}', '\ue000')

export const someKey: fc.Arbitrary<Key> = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map(segments => Key.of(...segments))

export function packKeys(keys: Iterable<Key>): Uint8Array {
  return pack([...keys].map(encodeKey))
}

/** Bytes for comparison. Long keys are shortened, so that a reported difference stays readable. */
export function hexOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 100)).toString('hex')
  return bytes.length <= 100 ? hex : `${hex}… ${createHash('sha256').update(bytes).digest('hex')}`
}

/** Keys in order, by their bytes in hex. */
export class SortedModel {
  readonly #keys = new Map<string, Key>()

  constructor(keys: Iterable<Key> = []) {
    for (const key of keys) this.add(key)
  }

  add(key: Key): void {
    this.#keys.set(key.toString(), key)
  }

  remove(key: Key): void {
    this.#keys.delete(key.toString())
  }

  get keys(): Key[] {
    return [...this.#keys.values()].sort(Key.compare)
  }

  /** The level of a key as rows of name, value and branch. */
  level(of: Key, reverse = false): Row[] {
    const rows = new Map<string, Row>()
    for (const key of this.keys) {
      if (!of.isAncestorOf(key)) continue
      const name = key.segments[of.depth] as string
      const row = rows.get(name) ?? { name, isValue: false, isBranch: false }
      const isOwn = key.depth === of.depth + 1
      rows.set(name, { ...row, ...(isOwn ? { isValue: true } : { isBranch: true }) })
    }
    return reverse ? [...rows.values()].reverse() : [...rows.values()]
  }
}

export interface Row {
  readonly name: string
  readonly isValue: boolean
  readonly isBranch: boolean
}

export function rowsOf(page: LevelPage): Row[] {
  return unpack(page.rows).map(row => {
    const [flags = 0] = row
    const name = readName(row, 1, row.length)
    return { name, isValue: (flags & IS_VALUE) !== 0, isBranch: (flags & IS_BRANCH) !== 0 }
  })
}
