import { describe, expect, it } from 'vitest'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import type { Entry } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { serialized } from '../../../src/core/open/datastore.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { type Json, json } from '../../../src/core/serializers/json.ts'
import { pipe } from '../../../src/core/serializers/serializer.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'

const samples: readonly Json[] = [null, false, 0, '', [], { name: 'Brazil', year: 1985 }, [1, [2]], 'text']
const key = Key.parse('/films/Brazil')

describeDatastore<Json>('serialized by json', {
  create: async () => serialized(new MemoryDatastore(), json),
  samples,
})
describeDatastore<Json>('serialized by json and gzip', {
  create: async () => serialized(new MemoryDatastore(), pipe(json, gzip)),
  samples,
  runs: 5,
})
describeDatastore<Json>('TieredDatastore of objects', {
  create: async () =>
    new TieredDatastore([serialized(new MemoryDatastore(), json), serialized(new MemoryDatastore(), json)]),
  samples,
  runs: 5,
})

describe('serialized', () => {
  it('V2 bytes that do not decode are CORRUPT, name the key, and are not overwritten', async () => {
    const below = new MemoryDatastore()
    await below.put(key, new TextEncoder().encode('{"name":'))
    const store = serialized(below, json)
    await expect(store.get(key)).rejects.toMatchObject({
      code: 'CORRUPT',
      key,
      message: expect.stringContaining('"/films/Brazil"') as string,
    })
    expect(new TextDecoder().decode(await below.get(key))).toBe('{"name":')
  })

  it('V1 a value that the serializer cannot encode is VALUE_INVALID, and the old one stays', async () => {
    const store = serialized(new MemoryDatastore(), json)
    await store.put(key, 1)
    await expect(store.put(key, Number.NaN)).rejects.toMatchObject({ code: 'VALUE_INVALID', key })
    expect(await store.get(key)).toBe(1)
  })

  it('Q4 queries can use the fields of values', async () => {
    const store = serialized<Json>(new MemoryDatastore(), json)
    await store.put(Key.parse('/films/Brazil'), { year: 1985, by: { name: 'Gilliam' }, items: 2 })
    await store.put(Key.parse('/films/Dune'), { year: 2021, by: { name: 'Villeneuve' } })
    await store.put(Key.parse('/films/Metropolis'), { year: '1927' })
    const find = async (field: string, op: '>' | '=', value: string | number) => {
      const query = { prefix: '/films', where: { field, op, value } } as const
      const found: Entry<Json>[] = await collect(store.query(query, { scan: true }))
      return found.map(entry => entry.key.name)
    }
    expect(await find('value.year', '>', 1900)).toEqual(['Brazil', 'Dune'])
    expect(await find('value.by.name', '=', 'Gilliam')).toEqual(['Brazil'])
    expect(await find('value.items', '=', 2)).toEqual(['Brazil'])
  })
})
