import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Level,
  RowModel,
  STATUS_ROW,
} from '../../../../../src/renderer/features/tree/model/row-model.ts'

interface Reference {
  readonly level: Level
  count: number
  hasStatus: boolean
  /** By index: expanded rows, and rows that were expanded and are collapsed now. */
  readonly open: Map<number, Reference>
  readonly closed: Reference[]
}

interface FlatRow {
  readonly level: Level
  readonly index: number
}

function flatten(reference: Reference): FlatRow[] {
  const rows: FlatRow[] = []
  for (let index = 0; index < reference.count; index++) {
    rows.push({ level: reference.level, index })
    const below = reference.open.get(index)
    if (below !== undefined) rows.push(...flatten(below))
  }
  if (reference.hasStatus) rows.push({ level: reference.level, index: STATUS_ROW })
  return rows
}

function all(reference: Reference): Reference[] {
  return [reference, ...[...reference.open.values(), ...reference.closed].flatMap(all)]
}

function shown(reference: Reference): Level[] {
  return [reference.level, ...[...reference.open.values()].flatMap(shown)]
}

function state(count: number) {
  return { count, accuracy: 'exact', version: 1 } as const
}

function closePast(reference: Reference): void {
  for (const [index, below] of reference.open) {
    if (index < reference.count) continue
    reference.open.delete(index)
    reference.closed.push(below)
  }
}

const step = fc.record({
  type: fc.constantFrom('open', 'open', 'open', 'close', 'reopen', 'count', 'status', 'reorder'),
  pick: fc.nat(1000),
  at: fc.nat(1000),
  count: fc.nat(8),
})

function run(
  model: RowModel,
  root: Reference,
  { type, pick, at, count }: typeof step extends fc.Arbitrary<infer S> ? S : never,
) {
  const known = all(root)
  const reference = known[pick % known.length]!
  const index = at % Math.max(1, reference.count)
  const entries = [...reference.open]
  switch (type) {
    case 'open': {
      if (reference.count === 0 || reference.open.has(index)) return
      const level = model.create(reference.level, [`n${at}`])
      model.open(level, index)
      model.setState(level, state(count))
      reference.open.set(index, { level, count, hasStatus: false, open: new Map(), closed: [] })
      return
    }
    case 'close': {
      const entry = entries[at % Math.max(1, entries.length)]
      if (entry === undefined) return
      model.close(entry[1].level)
      reference.open.delete(entry[0])
      reference.closed.push(entry[1])
      return
    }
    case 'reopen': {
      const below = reference.closed[0]
      if (below === undefined || reference.count === 0 || reference.open.has(index)) return
      model.open(below.level, index)
      reference.closed.shift()
      reference.open.set(index, below)
      return
    }
    case 'count':
      model.setState(reference.level, state(count))
      reference.count = count
      closePast(reference)
      return
    case 'status':
      model.setStatusRow(reference.level, count % 2 === 0)
      reference.hasStatus = count % 2 === 0
      return
    case 'reorder': {
      // A child was added or removed before all others, and the picked expanded child is deleted.
      const gone = entries[at % Math.max(1, entries.length)]?.[0]
      const by = count % 2 === 0 ? 1 : -1
      const kept = entries.filter(([from]) => from !== gone && from + by >= 0)
      for (const [from, below] of entries)
        if (!kept.some(entry => entry[0] === from)) reference.closed.push(below)
      reference.open.clear()
      for (const [from, below] of kept) reference.open.set(from + by, below)
      model.reorder(reference.level, new Map(kept.map(([from, below]) => [below.level, from + by])))
      reference.count = Math.max(0, reference.count + by)
      model.setState(reference.level, state(reference.count))
      closePast(reference)
    }
  }
}

describe('RowModel', () => {
  it('agrees with a naive flat list through any sequence of changes', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.array(step, { maxLength: 50 }), (count, steps) => {
        const model = new RowModel()
        model.setState(model.root, state(count))
        const root: Reference = { level: model.root, count, hasStatus: false, open: new Map(), closed: [] }
        for (const next of steps) run(model, root, next)
        const rows = flatten(root)
        expect(model.rows).toBe(rows.length)
        for (const [number, expected] of rows.entries()) {
          const place = model.at(number)
          expect(place.level).toBe(expected.level)
          expect(place.index).toBe(expected.index)
          expect(model.rowOf(place)).toBe(number)
          expect(model.settle(place)).toEqual(place)
        }
        for (const { level } of all(root)) {
          expect(model.isShown(level)).toBe(shown(root).includes(level))
          const settled = model.settle({ level, index: 3 })
          if (rows.length === 0) expect(settled).toBeUndefined()
          else expect(rows).toContainEqual(settled)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('refuses rows that do not exist', () => {
    const model = new RowModel()
    expect(() => model.at(0)).toThrow(RangeError)
    model.setState(model.root, state(2))
    expect(() => model.at(2)).toThrow(RangeError)
    expect(() => model.at(-1)).toThrow(RangeError)
  })

  it('finds rows among 2,000,000 without storing them', () => {
    const model = new RowModel()
    model.setState(model.root, state(1000))
    for (let index = 0; index < 1000; index++) {
      const level = model.create(model.root, [`f${index}`])
      model.open(level, index)
      model.setState(level, state(2000))
    }
    expect(model.rows).toBe(2_001_000)
    const last = model.at(2_000_999)
    expect(last.level.names).toEqual(['f999'])
    expect(last.index).toBe(1999)
    expect(model.rowOf(last)).toBe(2_000_999)
    expect(model.at(1_000_500)).toEqual({ level: model.root, index: 500 })
  })

  it('maps a row of a collapsed branch to the branch', () => {
    const model = new RowModel()
    model.setState(model.root, state(3))
    const outer = model.create(model.root, ['a'])
    model.open(outer, 1)
    model.setState(outer, state(2))
    const inner = model.create(outer, ['b'])
    model.open(inner, 1)
    model.setState(inner, state(5))
    model.close(inner)
    expect(model.settle({ level: inner, index: 4 })).toEqual({ level: outer, index: 1 })
    model.close(outer)
    expect(model.settle({ level: inner, index: 4 })).toEqual({ level: model.root, index: 1 })
  })
})
