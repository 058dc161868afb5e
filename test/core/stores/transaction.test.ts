import { describe, expect, it } from 'vitest'
import { NamespaceDatastore, NamespaceStore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { Key } from '../../../src/core/key.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { json } from '../../../src/core/serializers/json.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'

const a = Key.parse('/a')
const b = Key.parse('/b')
const c = Key.parse('/c')
const turn = () => new Promise<void>(resolve => setImmediate(resolve))
const accounts = (): Datastore<number> => new MemoryDatastore().as<number>(json as never)

describe('transaction()', () => {
  it('D26 takes effect atomically, and returns the result of the callback', async () => {
    const store = accounts()
    await store.put(a, 100)
    const result = await store.transaction(async tx => {
      await tx.put(b, (await tx.get(a)) - 1)
      await tx.delete(a)
      expect(await tx.has(a)).toBe(false)
      expect((await tx.list(Key.root)).children.map(child => child.name)).toEqual(['b'])
      // Nothing is visible outside before the commit.
      expect([await store.has(a), await store.has(b)]).toEqual([true, false])
      return 'done'
    })
    expect(result).toBe('done')
    expect([await store.has(a), await store.get(b)]).toEqual([false, 99])
  })

  it('D26 changes nothing when the callback fails, and closes the inner datastore afterwards', async () => {
    const store = accounts()
    let inside: Datastore<number> | undefined
    const failed = store.transaction(async tx => {
      inside = tx
      await tx.put(a, 1)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await store.has(a)).toBe(false)
    await store.transaction(async tx => {
      inside = tx
    })
    await expect(inside?.put(a, 1)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it.each<[string, (store: Datastore<number>) => Datastore<number>]>([
    ['memory', store => store],
    ['a namespace', store => new NamespaceDatastore(store, Key.parse('/n'))],
    ['retry over a namespace', store => retry(new NamespaceDatastore(store, Key.parse('/n')))],
  ])(
    'D26 runs again if data that it read has changed: 20 concurrent transfers through %s',
    async (_, over) => {
      const store = over(accounts())
      expect(store.capabilities.transaction).toBe('serializable')
      await store.put(a, 100)
      await store.put(b, 0)
      const transfer = () =>
        store.transaction(
          async tx => {
            const from = await tx.get(a)
            await turn()
            const to = await tx.get(b)
            await tx.put(a, from - 1)
            await tx.put(b, to + 1)
          },
          { attempts: 100 },
        )
      await Promise.all(Array.from({ length: 20 }, transfer))
      expect([await store.get(a), await store.get(b)]).toEqual([80, 20])
    },
  )

  it('D26 notices a key that was added to a level that it listed', async () => {
    const store = accounts()
    let runs = 0
    await store.transaction(async tx => {
      runs++
      const { children } = await tx.list(Key.root)
      if (runs === 1) await store.put(a, 1)
      await tx.put(c, children.length)
    })
    expect([runs, await store.get(c)]).toEqual([2, 1])
  })

  it('D26 is CONFLICT if every attempt met a change', async () => {
    const store = accounts()
    await store.put(a, 0)
    const attempted = store.transaction(
      async tx => {
        await store.put(a, (await tx.get(a)) + 1)
        await tx.put(b, 1)
      },
      { attempts: 3 },
    )
    await expect(attempted).rejects.toMatchObject({ code: 'CONFLICT' })
    expect([await store.get(a), await store.has(b)]).toEqual([3, false])
  })

  it('D26 checks conditions, and keeps the etag that a put returned and a time to live', async () => {
    let now = 0
    const store = new MemoryDatastore({ now: () => now })
    const value = new Uint8Array(1)
    const etag = await store.transaction(async tx => {
      await expect(tx.put(a, value, { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
      return (await tx.put(a, value, { ttl: 10 })).etag
    })
    await store.put(b, value)
    expect((await store.stat(a)).etag).toBe(etag)
    now = 10
    expect(await store.has(a)).toBe(false)
  })

  it.each(['work', 'close', 'commit'])('D53 rolls back and closes everything if %s fails', async where => {
    const failed = new Error(where)
    const fail = (here: string) => {
      if (here === where) throw failed
    }
    const ended: string[] = []
    const begun: OpenStore[] = []
    class Transactional extends MemoryStore {
      override begin() {
        const { store } = super.begin()
        return {
          store: Object.assign(store, { close: async () => fail('close') }),
          commit: () => {
            fail('commit')
            return true
          },
          rollback: () => {
            ended.push('rolled back')
            throw new Error('not told')
          },
        }
      }
    }
    const child = new OpenStore(new Transactional())
    /** Records the store that it wraps in a transaction. */
    class RecordingStore extends NamespaceStore {
      override over([store = child]: readonly OpenStore[]): NamespaceStore {
        begun.push(store)
        return new NamespaceStore(store, this.prefix)
      }
    }
    for (const store of [new Datastore(child), new Datastore(new RecordingStore(child, Key.parse('/n')))]) {
      let inside: Datastore | undefined
      const committed = store.transaction(async tx => {
        inside = tx
        await tx.put(a, new Uint8Array(1))
        fail('work')
      })
      await expect(committed).rejects.toBe(failed)
      await expect(inside?.has(a)).rejects.toMatchObject({ code: 'CLOSED' })
    }
    expect(ended).toEqual(['rolled back', 'rolled back'])
    expect(begun.map(store => store.isClosed)).toEqual([true])
  })

  it('D53 rolls back if an adapter does not support transactions', async () => {
    let rolledBack = 0
    class Transactional extends MemoryStore {
      override begin() {
        const rollback = () => {
          rolledBack++
        }
        return { ...super.begin(), rollback }
      }
    }
    class UnsupportedStore extends NamespaceStore {
      override over(): never {
        throw new Error('unable')
      }
    }
    const store = new Datastore(new UnsupportedStore(new OpenStore(new Transactional()), Key.parse('/n')))
    await expect(store.transaction(async () => 1)).rejects.toThrow('unable')
    expect(rolledBack).toBe(1)
  })

  it('D26 is UNSUPPORTED over shards, and READ_ONLY under a lock', async () => {
    const shards = new ShardedDatastore([new MemoryDatastore(), new MemoryDatastore()])
    await expect(shards.transaction(async () => 1)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    const locked: Datastore = readOnly<Uint8Array>(new MemoryDatastore())
    const write = locked.transaction(tx => tx.put(a, new Uint8Array(1)))
    await expect(write).rejects.toMatchObject({ code: 'READ_ONLY', key: a })
  })
})
