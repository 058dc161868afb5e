import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNames, lowerBound, SortedNames, upperBound } from '../../../src/core/stores/sorted-names.ts'

/** Enough names to fill, split and empty chunks. `name(7)` sorts like 7. */
const name = (number: number) => `n${String(number).padStart(6, '0')}`

type Step =
  | {
      readonly type: 'add' | 'remove'
      readonly start: number
      readonly count: number
      readonly stride: number
    }
  | { readonly type: 'page'; readonly after: number; readonly limit: number; readonly reverse: boolean }

const span = { start: fc.nat(20_000), count: fc.nat(3000), stride: fc.constantFrom(1, 2, 7, -1, -3) }
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), ...span }),
  fc.record({ type: fc.constantFrom('add' as const, 'remove' as const), ...span }),
  fc.record({
    type: fc.constant('page' as const),
    after: fc.nat(20_000),
    limit: fc.oneof(fc.nat(5), fc.nat(5000)),
    reverse: fc.boolean(),
  }),
)

function* namesOf({ start, count, stride }: Extract<Step, { count: number }>): Iterable<string> {
  for (let index = 0; index < count; index++) {
    const number = start + index * stride
    if (number >= 0) yield name(number)
  }
}

describe('SortedNames', () => {
  it('D9 agrees with a sorted array after any additions, removals and lookups', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        const names = new SortedNames()
        const model = new Set<string>()
        for (const one of steps) {
          if (one.type === 'page') {
            const sorted = [...model].sort(compareNames)
            if (one.reverse) sorted.reverse()
            const after = name(one.after)
            const rest = sorted.filter(other => (one.reverse ? other < after : other > after))
            expect(names.page(after, one.limit, one.reverse)).toEqual(rest.slice(0, one.limit))
            expect(names.page(undefined, one.limit, one.reverse)).toEqual(sorted.slice(0, one.limit))
            continue
          }
          for (const text of namesOf(one)) {
            if (one.type === 'add' && !model.has(text)) names.add(text)
            if (one.type === 'remove') names.remove(text)
            if (one.type === 'add') model.add(text)
            else model.delete(text)
          }
          expect(names.size).toBe(model.size)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('D9 removing an absent name has no effect', () => {
    const names = new SortedNames()
    names.remove('a')
    names.add('b')
    for (const absent of ['a', 'c', '']) names.remove(absent)
    expect(names.page(undefined, 9, false)).toEqual(['b'])
    names.remove('b')
    expect([names.size, names.page(undefined, 9, true)]).toEqual([0, []])
  })

  it('K10 D9 sorts by code units, not by locale or code point', () => {
    const names = new SortedNames()
    for (const text of ['ä', 'z', 'A', 'a', '\ufffd', '😀', '']) names.add(text)
    expect(names.page(undefined, 9, false)).toEqual(['', 'A', 'a', 'z', 'ä', '😀', '\ufffd'])
  })

  it('D9 lowerBound() and upperBound() return the edges of a name', () => {
    const sorted = ['b', 'd', 'f']
    expect(['a', 'b', 'c', 'f', 'g'].map(text => lowerBound(sorted, text))).toEqual([0, 0, 1, 2, 3])
    expect(['a', 'b', 'c', 'f', 'g'].map(text => upperBound(sorted, text))).toEqual([0, 1, 1, 3, 3])
    expect([lowerBound([], 'a'), upperBound([], 'a')]).toEqual([0, 0])
  })
})
