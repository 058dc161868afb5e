import { createHook } from 'node:async_hooks'
import { afterEach, describe, expect, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { TieredDatastore, type TieredOptions } from '../../../../src/core/adapters/tiered/tiered.ts'
import { DatastoreError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { Call } from '../../../../src/core/open/call.ts'
import { Datastore, openStoreOf } from '../../../../src/core/open/datastore.ts'
import type { Payload } from '../../../../src/core/open/payload.ts'
import { MemoryDatastore, MemoryStore } from '../../../../src/core/stores/memory.ts'

const key = Key.parse('/films/Brazil')
const value = new Uint8Array(1024).fill(7)

/** How many promises `work` creates before it returns. */
function promisesOf(work: () => unknown): number {
  let count = 0
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') count++
    },
  }).enable()
  work()
  hook.disable()
  return count
}

const errorClass = Object.getPrototypeOf(DatastoreError) as object
afterEach(() => void Object.setPrototypeOf(DatastoreError, errorClass))

/** Counts the failures that are created from now on. */
function countedErrors(): { readonly count: number } {
  const counted = { count: 0 }
  class CountedError extends Error {
    constructor(message?: string, options?: ErrorOptions) {
      super(message, options)
      counted.count++
    }
  }
  Object.setPrototypeOf(DatastoreError, CountedError)
  return counted
}

/** A memory store that counts the copies it makes of put values. */
class CountingStore extends MemoryStore {
  copies = 0

  override write(at: Key, payload: Payload, call: Call) {
    payload.keep(bytes => {
      this.copies++
      return new Uint8Array(bytes)
    })
    return super.write(at, payload, call)
  }
}

function memories(count: number) {
  const stores = Array.from({ length: count }, () => new CountingStore())
  return { stores, tiers: stores.map(store => new Datastore(store)) }
}

describe('costs of a tiered store', () => {
  it('A7 a get that the first tier answers creates one promise, and no objects between the tiers', async () => {
    const { tiers } = memories(3)
    const tiered = new TieredDatastore(tiers)
    await tiered.put(key, value)
    expect(promisesOf(() => tiered.get(key))).toBe(1)
    const found = openStoreOf(tiered).read(key, Call.plain)
    expect(found).toBe(openStoreOf(tiers[0]!).read(key, Call.plain))
  })

  it('A7 a get that a lower tier answers creates one promise too, and fills the tiers above at once', async () => {
    const { tiers } = memories(3)
    const tiered = new TieredDatastore(tiers)
    await tiers[2]!.put(key, value)
    expect(promisesOf(() => tiered.get(key))).toBe(1)
    expect(tiered.metrics.map(tier => tier.fills)).toEqual([1, 1, 0])
    expect(await tiers[0]!.get(key)).toEqual(value)
  })

  it.each<TieredOptions['mode']>(['write-through', 'write-around'])(
    'A7 a put into three memory tiers creates one promise: %s',
    async mode => {
      const tiered = new TieredDatastore(memories(3).tiers, { mode })
      expect(promisesOf(() => tiered.put(key, value))).toBe(1)
      expect(await tiered.get(key)).toEqual(value)
    },
  )

  it('A7 put, get, has, stat and delete of a cache over memory create one promise for the caller each', async () => {
    const cached = cache(new MemoryDatastore(), { negativeTtl: 1000 })
    expect(promisesOf(() => cached.put(key, value))).toBe(1)
    expect(promisesOf(() => cached.get(key))).toBe(1)
    const open = openStoreOf(cached)
    const answers = promisesOf(() => {
      void open.has(key, Call.plain)
      void open.stat(key, Call.plain)
      void open.remove(key, Call.plain)
      void open.stat(key, Call.plain)
    })
    expect(answers).toBe(0)
  })

  it('A7 a put is copied once for all tiers, and a get once', async () => {
    const { stores, tiers } = memories(3)
    const tiered = new TieredDatastore(tiers)
    await tiered.put(key, value)
    expect(stores.map(store => store.copies)).toEqual([0, 0, 1])
    const kept = stores.map(store => store.read(key)?.bytes)
    expect(new Set(kept).size).toBe(1)
    expect(kept[0]).not.toBe(value)
    const got = await tiered.get(key)
    expect(got).not.toBe(kept[0])
    got[0] = 99
    expect(await tiered.get(key)).toEqual(value)
  })

  it('A7 a write that is acknowledged before its flush is copied once', async () => {
    const { stores, tiers } = memories(2)
    const tiered = new TieredDatastore(tiers, { mode: 'write-back' })
    await tiered.put(key, value)
    await tiered.sync()
    expect(stores.map(store => store.copies)).toEqual([1, 0])
    expect(stores[0]!.read(key)?.bytes).toBe(stores[1]!.read(key)?.bytes)
    await tiered.close()
  })

  it('A7 bytes from a lower tier fill the tiers above without a copy', async () => {
    const { stores, tiers } = memories(2)
    const tiered = new TieredDatastore(tiers)
    await tiers[1]!.put(key, value)
    await tiered.get(key)
    expect(stores.map(store => store.copies)).toEqual([0, 1])
    expect(stores[0]!.read(key)?.bytes).toBe(stores[1]!.read(key)?.bytes)
  })

  it('A7 a miss in a tier creates no error: one is created for the caller, if no tier has the key', async () => {
    const { tiers } = memories(3)
    const tiered = new TieredDatastore(tiers)
    await tiers[2]!.put(key, value)
    const errors = countedErrors()
    await tiered.get(key)
    expect(errors.count).toBe(0)
    await expect(tiered.get(Key.parse('/none'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(errors.count).toBe(1)
  })
})
