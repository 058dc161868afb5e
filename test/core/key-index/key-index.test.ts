import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { KeyIndex } from '../../../src/core/key-index/key-index.ts'
import { pack, unpack } from '../../../src/core/key-index/packed.ts'
import { encodeKey } from '../../../src/core/ordered/strata/key-bytes.ts'
import { hexOf, packKeys, type Row, rowsOf, SortedModel, someKey } from './model.ts'

const NEVER = (): boolean => false

function workUntilDone(index: KeyIndex): void {
  while (index.work(NEVER));
}

function indexOf(keys: readonly Key[], firstRun?: number): KeyIndex {
  const index = new KeyIndex({ firstRun, largestRun: firstRun === undefined ? undefined : firstRun * 8 })
  for (let start = 0; start < keys.length; start += 50) index.add(packKeys(keys.slice(start, start + 50)))
  index.filled()
  workUntilDone(index)
  return index
}

function nameBytes(name: string): Uint8Array {
  return encodeKey(Key.of(name))
}

/** The level page by page. */
function levelOf(index: KeyIndex, of: Key, limit: number, reverse: boolean): Row[] {
  const rows: Row[] = []
  for (;;) {
    const last = rows.at(-1)
    const after = last && nameBytes(last.name)
    const page = index.level(encodeKey(of), { after, limit, reverse })
    const more = rowsOf(page)
    rows.push(...more)
    if (!page.hasMore) return rows
    expect(more).toHaveLength(limit)
  }
}

const change = fc.oneof(
  fc.record({ type: fc.constant('add' as const), keys: fc.array(someKey, { maxLength: 40 }) }),
  fc.record({ type: fc.constant('remove' as const), keys: fc.array(someKey, { maxLength: 10 }) }),
)

describe('KeyIndex', () => {
  it('agrees with a sorted model, in numbered order, while it is filled and changed', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.nat({ max: 12 }),
        fc.integer({ min: 2, max: 40 }),
        (changes, filledAt, firstRun) => {
          const index = new KeyIndex({ firstRun, largestRun: firstRun * 4 })
          const model = new SortedModel()
          // A slice ends after a few checks of the clock, so that steps are interrupted.
          let looks = 0
          const isOver = (): boolean => ++looks % 3 === 0
          for (const [number, { type, keys }] of changes.entries()) {
            if (number === filledAt) index.filled()
            if (type === 'add') index.add(packKeys(keys))
            else index.remove(packKeys(keys))
            for (const key of keys) model[type](key)
            for (let turn = 0; turn < number % 3; turn++) index.work(isOver)
            if (number % 4 === 3) {
              const level = levelOf(index, Key.of('a'), 3, number % 8 === 3)
              expect(level).toEqual(model.level(Key.of('a'), number % 8 === 3))
            }
          }
          index.filled()
          while (index.work(isOver));
          expect(index.isComplete).toBe(true)
          const sorted = model.keys.map(key => hexOf(encodeKey(key)))
          expect(unpack(index.rows(0, sorted.length + 1) ?? new Uint8Array()).map(hexOf)).toEqual(sorted)
          expect(index.size).toBe(sorted.length)
          for (const [row, key] of model.keys.entries()) {
            expect(index.rowOf(encodeKey(key))).toBe(row)
            expect(index.has(encodeKey(key))).toBe(true)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  it('returns levels in both directions, page by page', () => {
    fc.assert(
      fc.property(
        fc.array(someKey, { maxLength: 80 }),
        someKey,
        fc.integer({ min: 1, max: 5 }),
        (keys, other, limit) => {
          const index = indexOf(keys)
          const model = new SortedModel(keys)
          for (const of of [Key.root, Key.of('a'), Key.of('a', 'a-'), other, ...keys.slice(0, 3)])
            for (const reverse of [false, true])
              expect(levelOf(index, of, limit, reverse)).toEqual(model.level(of, reverse))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('numbers keys over many leaves, and updates the numbers on inserts and removes', () => {
    const key = (number: number): Key => Key.of(`k${String(number).padStart(6, '0')}`)
    const keys = Array.from({ length: 20_000 }, (_, number) => key((number * 7919) % 20_000))
    const index = indexOf(keys, 512)
    expect(index.size).toBe(20_000)
    const at = (row: number): string =>
      hexOf(unpack(index.rows(row, 1) ?? new Uint8Array())[0] ?? new Uint8Array())
    for (const row of [0, 1, 1023, 1024, 9999, 19_999]) {
      expect(at(row)).toBe(hexOf(encodeKey(key(row))))
      expect(index.rowOf(encodeKey(key(row)))).toBe(row)
    }
    // Remove every third key, and all keys of some leaves. Then insert a key before each of the rest.
    const gone = Array.from({ length: 20_000 }, (_, number) => number).filter(
      number => number % 3 === 0 || (number > 3000 && number < 6000),
    )
    for (const number of gone) index.remove(packKeys([key(number)]))
    const model = new SortedModel(keys)
    for (const number of gone) model.remove(key(number))
    for (const [number, present] of model.keys.entries()) {
      if (number % 2 === 1) continue
      index.add(packKeys([present.parent.child(`${present.lastSegment}!`)]))
      model.add(present.parent.child(`${present.lastSegment}!`))
    }
    expect(index.isComplete).toBe(true)
    const all = unpack(index.rows(0, 100_000) ?? new Uint8Array()).map(hexOf)
    expect(all).toEqual(model.keys.map(one => hexOf(encodeKey(one))))
    expect(index.byteLength).toBeLessThan(all.length * (8 + 10))
  })

  it('holds keys longer than a leaf next to short ones', () => {
    const long = (text: string): Key => Key.of(text.repeat(70_000))
    const keys = [long('b'), Key.of('a'), long('ab'), Key.of('c', 'x'), long('b').child('below')]
    const index = indexOf(keys)
    index.add(packKeys([long('d')]))
    workUntilDone(index)
    const model = new SortedModel([...keys, long('d')])
    expect(unpack(index.rows(0, 9) ?? new Uint8Array()).map(hexOf)).toEqual(
      model.keys.map(key => hexOf(encodeKey(key))),
    )
    expect(levelOf(index, Key.root, 2, true)).toEqual(model.level(Key.root, true))
    index.remove(packKeys([long('b')]))
    workUntilDone(index)
    model.remove(long('b'))
    expect(levelOf(index, Key.root, 2, false)).toEqual(model.level(Key.root))
  })

  it('answers during a merge from all keys added so far', () => {
    const key = (number: number): Key => Key.of('branch', `k${String(number).padStart(6, '0')}`)
    const index = new KeyIndex({ firstRun: 256, largestRun: 1024 })
    for (let start = 0; start < 30_000; start += 100)
      index.add(packKeys(Array.from({ length: 100 }, (_, offset) => key(((start + offset) * 7919) % 30_000))))
    index.filled()
    let slices = 0
    while (index.work(() => true)) {
      if (++slices % 10 !== 0) continue
      const expected = Array.from({ length: 5 }, (_, offset) => key(slices * 100 + offset).lastSegment)
      const after = nameBytes(key(slices * 100 - 1).lastSegment)
      const page = rowsOf(index.level(encodeKey(Key.of('branch')), { after, limit: 5 }))
      expect(page.map(row => row.name)).toEqual(expected)
    }
    expect(slices).toBeGreaterThan(60)
    expect(index.size).toBe(30_000)
    expect(index.isComplete).toBe(true)
  })

  it('rejects truncated rows', () => {
    const packed = pack([Uint8Array.of(1, 2, 3)])
    expect(() => new KeyIndex().add(packed.subarray(0, 2))).toThrow(RangeError)
    expect(() => new KeyIndex().add(Uint8Array.of(0x80))).toThrow(RangeError)
  })
})
