import { describe, expect, it } from 'vitest'
import {
  fault,
  Key,
  MemoryDatastore,
  NamespaceDatastore,
  retry,
  TieredDatastore,
} from '../../src/core/index.ts'
import { collect, walkKeys } from '../../src/testkit/suite.ts'

const value = Uint8Array.of(1)

/** Not on npm, so the probes run only on our stores; the test names describe the peer. */
describe('go-datastore', () => {
  it('N1 in namespace /foo, /foo/x and /x are one key', async () => {
    const below = new MemoryDatastore()
    const store = new NamespaceDatastore(below, Key.parse('/foo'))
    await store.put(Key.parse('/x'), value)
    expect(await store.has(Key.parse('/foo/x'))).toBe(false)
    await store.put(Key.parse('/foo/x'), Uint8Array.of(2))
    expect(await store.get(Key.parse('/x'))).toEqual(value)
    await store.put(Key.parse('/foo'), value)
    expect(await walkKeys(below)).toEqual(['/foo/foo', '/foo/foo/x', '/foo/x'])
    expect(await walkKeys(store)).toEqual(['/foo', '/foo/x', '/x'])
  })

  it('D64 a failed commit loses the contents of the batch', async () => {
    const store = fault(new MemoryDatastore())
    const batch = store.batch().put(Key.of('a'), value).delete(Key.of('x')).put(Key.of('b'), value)
    for (const verb of ['put', 'delete'] as const) {
      Object.assign(store.faults, { isOffline: true, verbs: [verb] })
      await expect(batch.commit()).rejects.toMatchObject({ code: 'CONNECTION' })
    }
    store.faults.isOffline = false
    expect(await walkKeys(store)).toEqual(['/a'])
    await batch.commit()
    expect(await walkKeys(store)).toEqual(['/a', '/b'])
  })

  it('A5 autobatch loses collected writes when a flush fails', async () => {
    const last = fault(new MemoryDatastore(), { isOffline: true, verbs: ['put', 'delete'] })
    const store = new TieredDatastore([new MemoryDatastore({ maxEntries: 1 }), last], {
      mode: 'write-back',
      flushDelay: 0,
      maxFlushDelay: 1,
      flushAttempts: 2,
    })
    const keys = ['a', 'b', 'c'].map(name => Key.of(name))
    for (const key of keys) await store.put(key, value)
    await store.delete(Key.of('b'))
    await expect(store.sync()).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await walkKeys(store)).toEqual(['/a', '/c'])
    for (const key of [Key.of('a'), Key.of('c')]) expect(await store.get(key)).toEqual(value)
    last.faults.isOffline = false
    await store.sync()
    expect(await walkKeys(last)).toEqual(['/a', '/c'])
    await store.close()
  })

  it('W2 retry leaves out delete, query and batches', async () => {
    let call = 0
    const everySecondFails = { errorRate: 0.5, random: () => (call++ % 2 === 0 ? 0 : 1) }
    const below = fault(new MemoryDatastore(), everySecondFails)
    const store = retry(below, { delay: 0.1 })
    await store.batch().put(Key.of('a'), value).put(Key.of('b'), value).commit()
    expect((await collect(store.query({}, { scan: true }))).map(({ key }) => String(key))).toEqual([
      '/a',
      '/b',
    ])
    await store.delete(Key.of('a'))
    await store.rename(Key.of('b'), Key.of('c'))
    expect(await walkKeys(store)).toEqual(['/c'])
    expect(call).toBeGreaterThan(10)
  })
})
