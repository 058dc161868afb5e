import type { Accuracy } from '../../../../../src/core/datastore.ts'
import type { Row } from '../../../../../src/shared/procedures/store.ts'

/** One level as a host has it. */
export interface FakeLevel {
  readonly count: number
  readonly accuracy?: Accuracy
  readonly version?: number
  row(index: number): Row
  /** The first row that is not before `name`. */
  find(name: string): number
}

/** A namespace to serve. A prefix with nothing below it is an empty level. */
export type FakeLevels = (prefix: string) => FakeLevel

const EMPTY: FakeLevel = {
  count: 0,
  row: () => ({ name: '', isValue: false, isBranch: false }),
  find: () => 0,
}

/** `count` values on the root level, generated on demand. */
export function flatLevels(count: number): FakeLevels {
  const level = leaves(count)
  return prefix => (prefix === '/' ? level : EMPTY)
}

/** `folders` branches of `each` values, generated on demand. */
export function folderLevels(folders: number, each: number): FakeLevels {
  const names = numbered('folder', folders)
  const root: FakeLevel = {
    count: folders,
    row: index => ({ name: names.at(index), isValue: false, isBranch: true }),
    find: names.find,
  }
  const below = leaves(each)
  return prefix => (prefix === '/' ? root : prefix.lastIndexOf('/') === 0 ? below : EMPTY)
}

function leaves(count: number): FakeLevel {
  const names = numbered('key', count)
  return {
    count,
    row: index => ({ name: names.at(index), isValue: true, isBranch: false, size: (index * 37) % 5000 }),
    find: names.find,
  }
}

function numbered(word: string, count: number) {
  const digits = String(count).length
  const at = (index: number) => `${word}-${String(index).padStart(digits, '0')}`
  const find = (name: string) => {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (at(middle) < name) low = middle + 1
      else high = middle
    }
    return low
  }
  return { at, find }
}
