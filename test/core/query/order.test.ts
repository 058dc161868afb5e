import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { comparePlaces } from '../../../src/core/query/order.ts'
import { parseQuery } from '../../../src/core/query/parse-query.ts'
import { TopEntries } from '../../../src/core/query/top-entries.ts'

const anything = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom<unknown>('a', 'b', '', true, false, null, undefined, Number.NaN, {}, [1]),
)
const places = fc.array(
  fc.record({ key: fc.nat(5).map(index => Key.of(`k${index}`)), place: fc.tuple(anything, anything) }),
)
const compareBy = (...descending: readonly boolean[]) =>
  comparePlaces(
    parseQuery({ orderBy: descending.map((down, index) => ({ field: `f${index}`, descending: down })) })
      .orderBy,
  )

describe('order', () => {
  it('Q5 numbers, texts, booleans, null; absent and unordered values last, in both directions', () => {
    const values = [3, -1, 'b', 'a', true, false, null, undefined, Number.NaN, {}, [0]]
    const entries = values.map((value, index) => ({
      key: Key.of(`k${String(index).padStart(2, '0')}`),
      place: [value],
    }))
    const up = [-1, 3, 'a', 'b', false, true, null, undefined, Number.NaN, {}, [0]]
    const down = [null, true, false, 'b', 'a', 3, -1, undefined, Number.NaN, {}, [0]]
    expect(entries.toSorted(compareBy(false)).map(({ place }) => place[0])).toEqual(up)
    expect(entries.toSorted(compareBy(true)).map(({ place }) => place[0])).toEqual(down)
  })

  it('Q5 several orders apply in the order listed, ties by key', () => {
    const entry = (key: string, ...place: unknown[]) => ({ key: Key.parse(key), place })
    const entries = [
      entry('/d', 1, 2),
      entry('/a', 2, 1),
      entry('/c', 1, 2),
      entry('/b', 1, 3),
      entry('/e', 2),
    ]
    const sorted = entries.toSorted(compareBy(false, true)).map(({ key }) => key.toString())
    expect(sorted).toEqual(['/b', '/c', '/d', '/a', '/e'])
  })

  it('Q5 is a total order, whatever the values of the fields', () => {
    fc.assert(
      fc.property(places, fc.boolean(), fc.boolean(), (entries, first, second) => {
        const compare = compareBy(first, second)
        for (const a of entries) {
          for (const b of entries) {
            expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)))
            for (const c of entries) {
              if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
            }
          }
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('TopEntries', () => {
  it('Q3 Q5 keeps the first items of all, sorted, up to its capacity', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(50)),
        fc.option(fc.nat(20), { nil: Number.POSITIVE_INFINITY }),
        async (numbers, capacity) => {
          const top = new TopEntries<number>(capacity, (a, b) => a - b)
          for (const number of numbers) top.add(number)
          expect(await top.sorted()).toEqual(numbers.toSorted((a, b) => a - b).slice(0, capacity))
        },
      ),
    )
  })
})
