import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { fault } from '../../../src/core/layers/fault.ts'
import { LockableDatastore, readOnly } from '../../../src/core/layers/lock.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { collect } from '../../../src/testkit/suite.ts'

const key = Key.parse('/a')
const value = Uint8Array.of(1)

describe('readOnly', () => {
  it('W1 every kind of write is rejected as READ_ONLY, and names the key', async () => {
    const below = new MemoryDatastore()
    await below.put(key, value)
    const store = readOnly(below)
    const attempts = [
      () => store.put(key, value),
      () => store.putNew(key, value),
      () => store.delete(key, { missingOk: true }),
      () => store.rename(key, Key.parse('/b')),
      () => store.prune(key),
      () => collect(store.putMany([{ key, value }])),
      () => collect(store.deleteMany([key])),
      () => store.batch().put(key, value).commit(),
      () => store.batch().delete(key).commit(),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'READ_ONLY', key })
    expect(await below.get(key)).toEqual(value)
    expect(store.capabilities.writable).toBe(false)
  })
})

describe('LockableDatastore', () => {
  it('W1 locking and unlocking take effect at once', async () => {
    const store = new LockableDatastore(new MemoryDatastore(), false)
    await store.put(key, value)
    store.isLocked = true
    await expect(store.put(key, value)).rejects.toMatchObject({ code: 'READ_ONLY' })
    store.isLocked = false
    await store.delete(key)
  })

  it('W1 a batch begun before the lock is rejected when it is committed after it', async () => {
    const store = new LockableDatastore(new MemoryDatastore(), false)
    const batch = store.batch().put(key, value)
    store.isLocked = true
    await expect(batch.commit()).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(await store.has(key)).toBe(false)
  })

  it('W1 a batch that failed before the lock is rejected when it is committed again', async () => {
    const below = fault(new MemoryDatastore(), { isOffline: true })
    const store = new LockableDatastore(below, false)
    const batch = store.batch().put(key, value)
    await expect(batch.commit()).rejects.toMatchObject({ code: 'CONNECTION' })
    below.faults.isOffline = false
    store.isLocked = true
    await expect(batch.commit()).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(await store.has(key)).toBe(false)
  })
})
