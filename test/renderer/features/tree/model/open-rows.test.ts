import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpenRow, OpenRows } from '../../../../../src/renderer/features/tree/model/open-rows.ts'

interface Reference {
  index: number
  nested: number
  row: OpenRow<number>
}

function flattened(
  count: number,
  open: readonly Reference[],
): { index: number; value?: number; row?: number }[] {
  const rows = []
  for (let index = 0; index < count; index++) {
    rows.push({ index })
    const found = open.find(row => row.index === index)
    for (let row = 0; row < (found?.nested ?? 0); row++) rows.push({ index, value: found!.row.value, row })
  }
  return rows
}

function agree(rows: OpenRows<number>, count: number, open: readonly Reference[]): void {
  const sorted = [...open].sort((a, b) => a.index - b.index)
  expect([...rows]).toEqual(sorted.map(row => row.row.value))
  expect(rows.nested).toBe(sorted.reduce((sum, row) => sum + row.nested, 0))
  for (const { index, row } of sorted) {
    expect(row.index).toBe(index)
    expect(rows.at(index)).toBe(row.value)
  }
  for (const [number, expected] of flattened(count, sorted).entries()) {
    const found = rows.locate(number)
    if (expected.row === undefined) expect(found).toEqual({ type: 'row', index: expected.index })
    else expect(found).toEqual({ type: 'nested', value: expected.value, row: expected.row })
  }
  for (let index = 0; index <= count; index++) {
    const before = sorted.filter(row => row.index < index)
    expect(rows.nestedBefore(index)).toBe(before.reduce((sum, row) => sum + row.nested, 0))
    if (!sorted.some(row => row.index === index)) expect(rows.at(index)).toBeUndefined()
  }
}

const step = fc.record({
  type: fc.constantFrom('add', 'remove', 'nested'),
  at: fc.nat(1000),
  nested: fc.nat(6),
})

describe('OpenRows', () => {
  it('agrees with a flat list through any sequence of changes', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.array(step, { maxLength: 60 }), (count, steps) => {
        const rows = new OpenRows<number>()
        const open: Reference[] = []
        let lastValue = 0
        for (const { type, at, nested } of steps) {
          const chosen = open[at % Math.max(1, open.length)]
          const index = at % Math.max(1, count)
          const isOpen = open.some(row => row.index === index)
          if (type === 'add' && count > 0 && !isOpen) {
            const row = rows.add(index, ++lastValue)
            rows.setNested(row, nested)
            open.push({ index, nested, row })
          } else if (type === 'remove' && chosen !== undefined) {
            rows.remove(chosen.row)
            open.splice(open.indexOf(chosen), 1)
          } else if (type === 'nested' && chosen !== undefined) {
            rows.setNested(chosen.row, nested)
            chosen.nested = nested
          }
        }
        agree(rows, count, open)
      }),
      { numRuns: 400 },
    )
  })

  it('refuses to expand a row twice', () => {
    const rows = new OpenRows<string>()
    rows.add(7, 'a')
    expect(() => rows.add(7, 'b')).toThrow(RangeError)
  })

  it('keeps a hundred thousand expanded rows in order, each found in a few steps', () => {
    const rows = new OpenRows<number>()
    for (let step = 0; step < 100_000; step++) {
      const index = (step * 61_803) % 100_000
      const row = rows.add(index, index)
      rows.setNested(row, 9)
    }
    expect(rows.nested).toBe(900_000)
    for (const index of [0, 1, 49_999, 99_999]) {
      expect(rows.locate(index * 10)).toEqual({ type: 'row', index })
      expect(rows.locate(index * 10 + 9)).toEqual({ type: 'nested', value: index, row: 8 })
    }
  })
})
