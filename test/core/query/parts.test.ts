import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { answerOfParts, clausesAfterMerge, queryOfPart } from '../../../src/core/query/parts.ts'
import { clausesOf, needsScan, planOf } from '../../../src/core/query/plan.ts'
import type { Query } from '../../../src/core/query/query.ts'
import { anyQuery } from '../../../src/testkit/arbitrary-query.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { type Json, ObjectStore } from './object-store.ts'

const values: readonly Json[] = [
  null,
  1,
  { n: 1, name: 'b' },
  { n: 2, tags: ['a'] },
  { name: 'a', items: true },
]
const texts = ['/a', '/a/b', '/a/b/c', '/a-b', '/a-b/c', '/ab', '/x/y/z', '/c:d', '/x/a', '/zz']

describe('queries over several stores', () => {
  it('S2 Q9 the merged result equals that of one store with all entries', async () => {
    const placed = fc.record({ part: fc.nat(2), value: fc.nat(values.length - 1) })
    const placements = fc.array(placed, { minLength: texts.length, maxLength: texts.length })
    await fc.assert(
      fc.asyncProperty(placements, anyQuery, async (placement, query) => {
        const whole = new ObjectStore()
        const parts = [new ObjectStore(), new ObjectStore(), new ObjectStore()]
        for (const [index, { part, value }] of placement.entries()) {
          const key = Key.parse(texts[index]!)
          await whole.put(key, values[value]!)
          await parts[part]!.put(key, values[value]!)
        }
        const outcome = async (entries: AsyncIterable<{ key: Key; value?: unknown; stat?: unknown }>) => {
          const all = await collect(entries).catch((error: unknown) => (error as { code: string }).code)
          if (typeof all === 'string') return all
          return all.map(({ key, value, stat }) => [
            String(key),
            value,
            (stat as { size: number } | undefined)?.size,
          ])
        }
        const part = queryOfPart(query)
        const answers = parts.map(one => one.query(part, { scan: true }))
        expect(await outcome(answerOfParts(query, answers))).toEqual(
          await outcome(whole.query(query, { scan: true })),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('S2 the query of a part requests no more than the merge needs', () => {
    expect(queryOfPart({ offset: 2, limit: 3, keysOnly: true, after: '/a' })).toMatchObject({
      limit: 5,
      after: '/a',
      keysOnly: true,
    })
    const bySize: Query = { offset: 2, limit: 3, keysOnly: true, orderBy: [{ field: 'size' }] }
    expect(queryOfPart(bySize)).toMatchObject({ limit: 5, keysOnly: true, withStat: true })
    expect(queryOfPart({ ...bySize, after: '/a' })).toMatchObject({ limit: undefined, after: undefined })
    expect(queryOfPart({ keysOnly: true, orderBy: [{ field: 'a' }] })).toMatchObject({
      keysOnly: false,
      withStat: false,
    })
  })

  it('Q3 S2 an invalid query is invalid for its parts', () => {
    expect(() => queryOfPart({ limit: -1 })).toThrow(RangeError)
  })
})

describe('plans', () => {
  const query: Query = {
    prefix: '/a',
    recursive: false,
    where: {
      and: [
        { field: 'key', op: 'exists' },
        {
          or: [
            { field: 'size', op: 'exists' },
            { field: 'b', op: 'exists' },
          ],
        },
      ],
    },
    orderBy: [{ field: 'mtime' }, { field: 'b' }],
    after: '/a/x',
    offset: 1,
    limit: 2,
    keysOnly: true,
    withStat: true,
  }

  it('Q8 names every clause that a query uses', () => {
    expect(clausesOf({})).toEqual(['prefix'])
    expect(clausesOf(query)).toEqual([
      'prefix',
      'recursive',
      'where.key',
      'where.size',
      'where.value',
      'orderBy.mtime',
      'orderBy.value',
      'after',
      'offset',
      'limit',
      'keysOnly',
      'withStat',
    ])
  })

  it('Q8 reports what runs in the store and what is scanned', () => {
    const plan = planOf('half', query, clause => !clause.endsWith('.value'))
    expect(plan).toMatchObject({ store: 'half', scanned: ['where.value', 'orderBy.value'] })
    expect(plan.native).toContain('where.size')
    expect(needsScan(plan)).toBe(true)
    expect(needsScan({ store: 'above', native: [], scanned: [], children: [plan] })).toBe(true)
    expect(needsScan(planOf('all', query, () => true))).toBe(false)
  })

  it('Q8 clauses that a merge applies itself: offset, limit, orders, and a start in an order other than by key', () => {
    expect(clausesAfterMerge({ after: '/a', limit: 1 })).toEqual(['limit'])
    expect(clausesAfterMerge({ after: '/a', limit: 1, orderBy: [{ field: 'size' }] })).toEqual([
      'orderBy.size',
      'after',
      'limit',
    ])
  })
})
