import { describe, expect, it } from 'vitest'
import { DatastoreError } from '../../../src/core/errors.ts'
import { parseQuery } from '../../../src/core/query/parse-query.ts'
import type { Query } from '../../../src/core/query/query.ts'

const failureOf = (query: unknown): unknown => {
  try {
    return parseQuery(query as Query)
  } catch (error) {
    return error
  }
}

describe('parseQuery', () => {
  it('Q1 fills in every clause', () => {
    const { prefix, ...rest } = parseQuery({})
    expect(prefix.isRoot).toBe(true)
    expect(rest).toEqual({
      recursive: true,
      where: [],
      orderBy: [],
      after: undefined,
      offset: 0,
      limit: Number.POSITIVE_INFINITY,
      keysOnly: false,
      withStat: false,
    })
  })

  it('Q1 treats undefined as absent', () => {
    const clauses = [
      'prefix',
      'recursive',
      'where',
      'orderBy',
      'offset',
      'limit',
      'after',
      'keysOnly',
      'withStat',
    ]
    const query = Object.fromEntries(clauses.map(clause => [clause, undefined]))
    expect(parseQuery(query)).toEqual(parseQuery({}))
  })

  it.each([
    [{ limit: -1 }, 'Query limit: -1 is not a whole number from 0 up'],
    [{ offset: -3 }, 'Query offset: -3 is not a whole number from 0 up'],
    [{ limit: 1.5 }, 'Query limit: 1.5 is not a whole number from 0 up'],
    [{ offset: Number.NaN }, 'Query offset: NaN is not a whole number from 0 up'],
    [{ limit: Number.POSITIVE_INFINITY }, 'Query limit: Infinity is not a whole number from 0 up'],
  ])('Q3 %j is a RangeError', (query, message) => {
    expect(failureOf(query)).toEqual(new RangeError(message))
  })

  it.each<[unknown, string]>([
    [null, 'Query: a query is an object, not null'],
    ['/a', 'Query: a query is an object, not "/a"'],
    [[], 'Query: a query is an object, not a list'],
    [
      { filter: 1 },
      'Query: there is no "filter" here; there are prefix, recursive, where, orderBy, offset, limit, after, keysOnly, withStat',
    ],
    [{ prefix: 1 }, 'Query prefix: the text of a key, not 1'],
    [{ limit: '1' }, 'Query limit: a whole number, not "1"'],
    [{ recursive: 'no' }, 'Query recursive: true or false, not "no"'],
    [{ where: [] }, 'Query where: a condition is an object, not a list'],
    [{ where: null }, 'Query where: a condition is an object, not null'],
    [{ where: {} }, 'Query where.field: the name of a field is missing'],
    [{ where: { field: '', op: '=' } }, 'Query where.field: the name of a field is missing'],
    [{ where: { and: {} } }, 'Query where.and: a list of conditions, not an object'],
    [{ where: { and: [], or: [] } }, 'Query where: there is no "or" here; there are and'],
    [
      { where: { and: [{ not: { or: [{ field: 'size', op: '~', value: 1 }] } }] } },
      'Query where.and[0].not.or[0].op: "~" is not an operator; there are < <= = != >= > in prefix contains matches glob hasBytes exists',
    ],
    [
      { where: { field: 'a', op: 'exists', value: 1 } },
      'Query where: there is no "value" here; there are field, op',
    ],
    [
      { where: { field: 'a', op: '=' } },
      'Query where.value: a text, a finite number, true, false or null, not nothing',
    ],
    [
      { where: { field: 'a', op: '<', value: Number.NaN } },
      'Query where.value: a text, a finite number, true, false or null, not NaN',
    ],
    [
      { where: { field: 'a', op: '=', value: {} } },
      'Query where.value: a text, a finite number, true, false or null, not an object',
    ],
    [{ where: { field: 'a', op: 'in', value: 'x' } }, 'Query where.value: "in" takes a list, not "x"'],
    [
      { where: { field: 'a', op: 'in', value: [1, []] } },
      'Query where.value[1]: a text, a finite number, true, false or null, not a list',
    ],
    [{ where: { field: 'a', op: 'prefix', value: 1 } }, 'Query where.value: "prefix" takes a text, not 1'],
    [{ orderBy: 'size' }, 'Query orderBy: a list of orders, not "size"'],
    [{ orderBy: ['size'] }, 'Query orderBy[0]: an order is an object, not "size"'],
    [{ orderBy: [{ field: 'size' }, {}] }, 'Query orderBy[1].field: the name of a field is missing'],
    [{ orderBy: [{ field: 'a', descending: 1 }] }, 'Query orderBy[0].descending: true or false, not 1'],
    [
      { orderBy: [{ field: 'a', desc: true }] },
      'Query orderBy[0]: there is no "desc" here; there are field, descending',
    ],
  ])('Q4 %j is a TypeError that names the position', (query, message) => {
    expect(failureOf(query)).toEqual(new TypeError(message))
  })

  it('Q4 an invalid regular expression is a TypeError with the reason', () => {
    const failed = failureOf({ where: { field: 'a', op: 'matches', value: '(' } })
    expect(failed).toBeInstanceOf(TypeError)
    expect(failed).toMatchObject({ cause: expect.any(Error) as Error })
    expect((failed as Error).message).toMatch(/^Query where\.value: no regular expression: .*\(/)
  })

  it('Q4 conditions nested too deep are a TypeError, not a stack overflow', () => {
    let where: unknown = { field: 'a', op: 'exists' }
    for (let depth = 0; depth < 100_000; depth++) where = { not: where }
    expect(failureOf({ where })).toEqual(
      new TypeError(`Query where${'.not'.repeat(65)}: conditions are nested more than 64 deep`),
    )
  })

  it('K2 D18 an invalid key is KEY_INVALID, in any clause', () => {
    const climbing = '/a/../b'
    const queries = [
      { prefix: climbing },
      { after: climbing },
      { where: { field: 'key', op: '<', value: climbing } },
      { where: { field: 'key', op: 'in', value: [climbing] } },
    ]
    for (const query of queries) {
      const failed = failureOf(query)
      expect(failed).toBeInstanceOf(DatastoreError)
      expect(failed).toMatchObject({ code: 'KEY_INVALID' })
    }
  })

  it('Q5 orders after an order by key are dropped, because keys have no ties', () => {
    const fields = (query: Query) => parseQuery(query).orderBy.map(({ field }) => field.kind)
    expect(fields({ orderBy: [{ field: 'size' }, { field: 'key' }, { field: 'mtime' }] })).toEqual([
      'size',
      'key',
    ])
  })
})
