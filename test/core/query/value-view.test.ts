import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { globTest } from '../../../src/core/query/condition.ts'
import { parseCondition } from '../../../src/core/query/parse-condition.ts'
import type { Condition } from '../../../src/core/query/query.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

const VALUES: Readonly<Record<string, string | Uint8Array>> = {
  '/film': '\ufeff { "year": 1927, "by": { "name": "Lang" }, "tags": ["Silent", "sf"] }',
  '/five': '5',
  '/note': 'Metropolis,\nby Fritz Lang',
  '/png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0xff, 0xfe),
  '/quoted': '"Lang"',
}

async function found(where: Condition): Promise<string[]> {
  const store = new MemoryDatastore()
  for (const [key, value] of Object.entries(VALUES))
    await store.put(Key.parse(key), typeof value === 'string' ? new TextEncoder().encode(value) : value)
  const keys: string[] = []
  for await (const { key } of store.query({ where }, { scan: true })) keys.push(key.toString())
  return keys
}

describe('values of bytes', () => {
  it.each([
    [{ field: 'year', op: '<', value: 1930 }, ['/film']],
    [{ field: 'by.name', op: '=', value: 'Lang' }, ['/film']],
    [{ field: 'tags', op: 'contains', value: 'sf' }, ['/film']],
    [{ field: 'tags', op: 'contains', value: 'silent' }, []],
    [{ field: 'tags', op: 'contains', value: 'silent', ignoreCase: true }, ['/film']],
    [{ field: 'value', op: '=', value: 5 }, ['/five']],
    [{ field: 'value', op: '=', value: 'Lang' }, ['/quoted']],
    [{ field: 'value', op: 'contains', value: 'Lang' }, ['/film', '/note', '/quoted']],
    [{ field: 'value', op: 'contains', value: 'FRITZ' }, []],
    [{ field: 'value', op: 'contains', value: 'FRITZ', ignoreCase: true }, ['/note']],
    [{ field: 'value', op: 'contains', value: 'PNG' }, ['/png']],
    [{ field: 'value', op: 'prefix', value: 'metro', ignoreCase: true }, ['/note']],
    [{ field: 'value', op: 'matches', value: 'metro\\w+,\\n', ignoreCase: true }, ['/note']],
    [{ field: 'value', op: 'hasBytes', value: '0d0A ff' }, ['/png']],
    [{ field: 'value', op: 'hasBytes', value: '4c616e67' }, ['/film', '/note', '/quoted']],
    [{ not: { field: 'value', op: 'exists' } }, []],
  ] as const)('Q12 %j finds the entries whose bytes match', async (where, expected) => {
    expect(await found(where)).toEqual(expected)
  })

  it('Q12 a problem of such a condition is reported with its position', () => {
    for (const [json, message] of [
      [{ field: 'value', op: 'hasBytes', value: '8' }, 'Query where.value: bytes in hexadecimal'],
      [{ field: 'year', op: 'hasBytes', value: '80' }, 'Query where.field: "hasBytes" looks at'],
      [{ field: 'value', op: '=', value: 5, ignoreCase: true }, 'there is no "ignoreCase" here'],
      [{ field: 'key', op: 'contains', value: 'a', ignoreCase: 1 }, 'Query where.ignoreCase: true or false'],
    ] as const)
      expect(() => parseCondition(json)).toThrow(message)
  })
})

describe('glob', () => {
  it.each([
    ['/a/*.txt', ['/a/b.txt']],
    ['*.txt', ['/a/b.txt', '/a/c/d.txt']],
    ['/a/**/?.txt', ['/a/b.txt', '/a/c/d.txt']],
    ['/A/{B,C}.TXT', []],
  ])('Q13 %s matches whole keys', (glob, expected) => {
    const keys = ['/a', '/a/b.txt', '/a/b.txt.gz', '/a/c/d.txt'].map(Key.parse)
    const test = globTest(glob, false)
    expect(keys.filter(test).map(String)).toEqual(expected)
  })

  it('Q13 applies only to keys, and an incomplete pattern is rejected', () => {
    expect(globTest('/A/{B,C}.TXT', true)(Key.parse('/a/b.txt'))).toBe(true)
    expect(() => parseCondition({ field: 'name', op: 'glob', value: '*' })).toThrow('"glob" looks at keys')
    expect(() => parseCondition({ field: 'key', op: 'glob', value: '[a' })).toThrow(TypeError)
  })
})
