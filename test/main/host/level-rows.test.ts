import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { LevelRows, type RowPatch } from '../../../src/main/host/levels/level-rows.ts'
import type { Row } from '../../../src/shared/procedures/store.ts'

const name = fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', 'c', 'é', '😀') })
const flags = { isValue: fc.boolean(), isBranch: fc.boolean() }
const row = fc
  .record({ name, ...flags, size: fc.nat() })
  .filter(({ isValue, isBranch }) => isValue || isBranch)
const patch = fc.record({ ...flags, size: fc.oneof(fc.nat(), fc.constant(Number.NaN)) }, { requiredKeys: [] })

it('patches give the same result as a sorted map', () => {
  const lists = fc.uniqueArray(row, { selector: one => one.name })
  // Some rounds change a few rows, some very many.
  const round = fc.oneof(
    fc.array(fc.tuple(name, patch), { maxLength: 5 }),
    fc.array(fc.tuple(name, patch), { minLength: 60, maxLength: 150 }),
  )
  const rounds = fc.array(round, { maxLength: 5 })
  fc.assert(
    fc.property(lists, rounds, (initial, patches) => {
      const model = new Map<string, Row>(initial.map(one => [one.name, shown(one)]))
      const rows = new LevelRows()
      for (const one of sorted(model)) rows.append(one)
      for (const changes of patches) {
        const before = sorted(model)
        for (const [at, change] of new Map(changes)) apply(model, at, change)
        const after = sorted(model)
        expect(rows.patch(new Map(changes))).toBe(JSON.stringify(before) !== JSON.stringify(after))
        expect(rows.slice(0, 1000)).toEqual(after)
        expect(rows.length).toBe(after.length)
        for (const [index, one] of after.entries()) {
          expect(rows.find(one.name)).toEqual({ index, isPresent: true })
        }
      }
    }),
    { numRuns: 500 },
  )
})

it('holds a million rows, and finds and patches them', () => {
  const rows = new LevelRows()
  for (let index = 0; index < 1_000_000; index++) {
    rows.append({ name: String(index).padStart(7, '0'), isValue: true, isBranch: false, size: index })
  }
  expect(rows.find('0500000')).toEqual({ index: 500_000, isPresent: true })
  rows.patch(new Map([['0499999', { isValue: false }]]))
  expect(rows.find('0500000')).toEqual({ index: 499_999, isPresent: true })
  expect(rows.slice(999_998, 1_000_010)).toEqual([
    { name: '0999999', isValue: true, isBranch: false, size: 999_999 },
  ])
})

function apply(model: Map<string, Row>, at: string, change: RowPatch): void {
  const before = model.get(at)
  const isValue = change.isValue ?? before?.isValue ?? false
  const isBranch = change.isBranch ?? before?.isBranch ?? false
  const size = change.size ?? before?.size
  if (!isValue && !isBranch) model.delete(at)
  else model.set(at, shown({ name: at, isValue, isBranch, size }))
}

/** Only values have a known size. */
function shown({ name: of, isValue, isBranch, size }: Row): Row {
  const isKnown = isValue && size !== undefined && !Number.isNaN(size)
  return { name: of, isValue, isBranch, ...(isKnown && { size }) }
}

function sorted(model: ReadonlyMap<string, Row>): Row[] {
  return [...model.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
