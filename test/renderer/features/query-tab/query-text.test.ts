import { describe, expect, it } from 'vitest'
import {
  placeOf,
  queryText,
  readQuery,
  scalarText,
  sizeText,
  timeText,
  typedScalar,
  typedSize,
  withOperator,
  withRows,
} from '../../../../src/renderer/features/query-tab/query-text.ts'

const roundTrip = (query: unknown): unknown => {
  const built = readQuery(JSON.stringify(query))
  return built && (JSON.parse(queryText(withRows(built, built.rows))) as unknown)
}

describe('a query as text', () => {
  it.each([
    { prefix: '/a', recursive: false, offset: 3, limit: 0, after: '/b', keysOnly: true, withStat: true },
    { where: { field: 'key', op: 'contains', value: 'a', ignoreCase: true } },
    { where: { or: [{ field: 'size', op: '>', value: 5 }] } },
    { where: { and: [{ not: { field: 'value', op: 'hasBytes', value: '00' } }, { or: [] }] } },
    {
      where: {
        and: [
          { field: 'tags', op: 'in', value: [1, 'a'] },
          { field: 'a', op: '~', value: 1 },
        ],
      },
    },
    { where: { unknown: true }, more: [1] },
  ])('G42 %j is unchanged by the builder', query => {
    expect(roundTrip(query)).toEqual(query)
  })

  it('G42 a condition without fields in the builder is a row that can only be changed as JSON', () => {
    const built = readQuery(
      JSON.stringify({ where: { and: [{ or: [] }, { field: 'size', op: '<', value: 'x' }] } }),
    )
    expect(built?.rows.map(({ type }) => type)).toEqual(['other', 'other'])
    expect(readQuery('{')).toBeUndefined()
    expect(readQuery('[]')).toBeUndefined()
  })

  it('G42 reports errors with line and column, at the node or the nearest ancestor', () => {
    const text = '{\n  "where": {\n    "field": "key", "op": "~"\n  }\n}'
    expect(placeOf(text, { path: 'where.op' })).toMatchObject({ line: 3, column: 27 })
    expect(placeOf(text, { path: 'where.value' })).toMatchObject({ line: 2, column: 12 })
    expect(placeOf(text, { offset: 2 })).toMatchObject({ line: 2, column: 1 })
    expect(placeOf(text, {})).toBeUndefined()
  })

  it('G42 typed values are converted to JSON values', () => {
    expect(['12', '1.5 MiB', '20k', '3 GB', '7 bytes', 'x'].map(typedSize)).toEqual([
      12,
      1.5 * 2 ** 20,
      20 * 2 ** 10,
      3 * 2 ** 30,
      7,
      undefined,
    ])
    expect([1024, 1.5 * 2 ** 20, 1000].map(sizeText)).toEqual(['1 KiB', '1.5 MiB', '1000'])
    for (const value of [1927, 'text', '1927', true, 'true', null, '']) {
      expect(typedScalar(scalarText(value))).toBe(value)
    }
    const time = new Date(2026, 2, 1, 9, 5, 7).getTime()
    expect(timeText(time)).toBe('2026-03-01T09:05:07')
    expect(new Date(timeText(time)).getTime()).toBe(time)
  })

  it('G42 another operator keeps the value if possible', () => {
    const test = { field: 'year', op: '=', value: 1927 } as const
    expect(withOperator(test, '>')).toEqual({ field: 'year', op: '>', value: 1927 })
    expect(withOperator(test, 'contains')).toEqual({ field: 'year', op: 'contains', value: '1927' })
    expect(withOperator(test, 'exists')).toEqual({ field: 'year', op: 'exists' })
  })
})
