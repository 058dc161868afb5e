import { describe, expect, it } from 'vitest'
import type { Change } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'
import { noEtcd } from '../../../../servers/etcd.ts'
import { freePort } from '../../../../servers/server-process.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, onServers } from '../server-context.ts'
import { clientOf, openDatastore, startedEtcd } from './etcd-context.ts'

const key = Key.of('a')

/** The changes of a store from now on, as `put /a`. */
function changesOf(store: Datastore): { readonly until: (count: number) => Promise<string[]> } {
  const reports: string[] = []
  const wanted: (() => void)[] = []
  const abort = new AbortController()
  const note = ({ type, key: changed }: Change) => {
    reports.push(`${type} ${changed.toString()}`)
    for (const look of wanted) look()
  }
  const following = (async () => {
    for await (const change of store.watch(Key.root, { signal: abort.signal })) note(change)
  })()
  following.catch(() => undefined)
  closing({
    close: () => {
      abort.abort()
      return Promise.resolve()
    },
  })
  const until = (count: number) =>
    new Promise<string[]>(done => {
      const look = () => {
        if (reports.length >= count) done(reports)
      }
      wanted.push(look)
      look()
    })
  return { until }
}

describe('revisions of etcd', () => {
  onServers(noEtcd)

  it('E80 the etag is the revision of the write, in both layouts: it changes even for equal bytes, and the server checks it', async () => {
    const { server, client } = await startedEtcd()
    for (const layout of ['strata', 'path'] as const) {
      const options = { url: server.url, prefix: `${layout}-`, layout }
      const [one, other] = [await openDatastore(options), await openDatastore(options)]
      const first = await one.put(key, bytes('x'))
      const second = await other.put(key, bytes('x'))
      expect(second.etag).not.toBe(first.etag)
      expect((await one.stat(key)).etag).toBe(second.etag)
      await expect(one.put(key, bytes('y'), { ifMatch: first.etag })).rejects.toMatchObject({
        code: 'CONFLICT',
        key,
      })
      const results = await Promise.allSettled(
        [one, other].map(store => store.put(key, bytes('z'), { ifMatch: second.etag })),
      )
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
    const { kvs } = await client.getAll().prefix('path-').exec()
    const store = await openDatastore({ url: server.url, prefix: 'path-' })
    const revision = Number(kvs[0]?.mod_revision).toString(36)
    expect((await store.stat(key)).etag.split('.').at(-1)).toBe(revision)
  })

  it('E81 a batch is one revision, with each key once; a transaction over 128 keys is UNSUPPORTED and writes nothing', async () => {
    const { server, client } = await startedEtcd()
    const store = await openDatastore({ url: server.url, layout: 'path' })
    const batch = store.batch()
    for (let n = 0; n < 127; n++) batch.put(Key.of(`k${n % 60}`), bytes(`${n}`))
    await batch.delete(Key.of('k0')).commit()
    const { kvs } = await client.getAll().prefix('/').exec()
    expect(kvs).toHaveLength(59)
    expect(new Set(kvs.map(({ mod_revision }) => mod_revision)).size).toBe(1)
    const large = store.transaction(async txn => {
      for (let n = 0; n < 129; n++) await txn.put(Key.of(`t${n}`), bytes('x'))
    })
    await expect(large).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(await store.has(Key.of('t0'))).toBe(false)
  })

  it('E81 a transaction checks the levels and the absent keys that it read: two that depend on each other are serialized', async () => {
    const { server, client } = await startedEtcd()
    const options = { url: server.url, layout: 'path' as const }
    const stores = [await openDatastore(options), await openDatastore(options)]
    let runs = 0
    await Promise.all(
      stores.map((store, index) =>
        store.transaction(async txn => {
          runs++
          const { children } = await txn.list(Key.of('seats'))
          if (runs <= 2) await new Promise(done => setTimeout(done, 20))
          await txn.put(Key.of('seats', `s${children.length}-${index}`), bytes('x'))
        }),
      ),
    )
    expect(runs).toBeGreaterThan(2)
    const names = (await client.getAll().prefix('/seats/').keys()).map(
      name => name.slice('/seats/s'.length)[0],
    )
    expect(names).toEqual(['0', '1'])
  })

  it('E82 E5 watch reports changes by others, and resumes after the last revision when the server was down', async () => {
    const { server, client } = await startedEtcd()
    const store = await openDatastore({ url: server.url, layout: 'path' })
    const changes = changesOf(store)
    await client.put('/b').value('x')
    expect(await changes.until(1)).toEqual(['put /b'])
    await store.put(key, bytes('own'))
    await client.delete().key('/b')
    expect(await changes.until(3)).toEqual(['put /b', 'put /a', 'delete /b'])
    await server.kill()
    const again = await server.restart()
    closing({ close: () => again.stop() })
    // Before the store notices that the server was down.
    for (let isDone = false; !isDone; ) {
      isDone = await client
        .put('/c')
        .value('x')
        .then(
          () => true,
          () => false,
        )
    }
    const reports = await changes.until(4)
    expect(reports.slice(3).filter(change => change !== 'resync /')).toEqual(['put /c'])
  })

  it('E82 changes discarded by compaction while the server was down are reported as resync', async () => {
    const { server, client } = await startedEtcd()
    const store = await openDatastore({ url: server.url, layout: 'path' })
    const changes = changesOf(store)
    await client.put('/b').value('x')
    await changes.until(1)
    await server.kill()
    // At a port that the store does not use.
    const elsewhere = await server.restart(await freePort())
    const other = clientOf(elsewhere.port)
    for (let n = 0; n < 5; n++) await other.put('/c').value('x')
    await other.kv.compact({ revision: Number((await other.get('/c').exec()).header.revision) })
    await elsewhere.kill()
    const again = await server.restart()
    closing({ close: () => again.stop() })
    expect((await changes.until(2)).slice(1)).toEqual(['resync /'])
    await clientOf(again.port).put('/d').value('x')
    expect((await changes.until(3)).slice(2)).toEqual(['put /d'])
  })

  it('E83 a revision shows the data at that time, rejects writes, and fails once the server has discarded it', async () => {
    const { server, client } = await startedEtcd()
    const now = await openDatastore({ url: server.url, layout: 'path' })
    await now.put(Key.of('x', 'a'), bytes('1'))
    const revision = Number((await client.get('/x/a').exec()).header.revision)
    await now.put(Key.of('x', 'a'), bytes('2'))
    await now.put(Key.of('x', 'b'), bytes('2'))
    const then = await openDatastore({ url: server.url, revision })
    expect(text(await then.get(Key.of('x', 'a')))).toBe('1')
    expect((await then.list(Key.of('x'))).children.map(({ name }) => name)).toEqual(['a'])
    expect([then.capabilities.writable, (await then.stats()).entries]).toEqual([false, 1])
    await expect(then.put(key, bytes('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    const future = openDatastore({ url: server.url, revision: revision + 100 })
    await expect(future).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await client.kv.compact({ revision: revision + 2 })
    await expect(then.get(Key.of('x', 'a'))).rejects.toThrow(/discarded this revision by compaction/)
    await expect(openDatastore({ url: server.url, revision })).rejects.toThrow(
      `revision ${revision} is not there: the server has discarded it by compaction`,
    )
    expect(text(await now.get(Key.of('x', 'a')))).toBe('2')
  })

  it('E84 a time to live is a lease: the value is absent for readers at once, then the server removes it', async () => {
    const { server, client } = await startedEtcd()
    const store = await openDatastore({ url: server.url, prefix: 'p/' })
    const changes = changesOf(store)
    await store.put(key, bytes('x'), { ttl: 1500 })
    await store.put(Key.of('b'), bytes('y'))
    const { kvs } = await client.getAll().prefix('p/a').exec()
    expect(kvs.map(({ lease }) => lease === '0')).toEqual([false])
    const { expires = 0 } = await store.stat(key)
    expect(Math.abs(expires - Date.now() - 1500)).toBeLessThan(1000)
    // The server removes it without a call.
    expect(await changes.until(3)).toEqual(['put /a', 'put /b', 'delete /a'])
    expect(Date.now()).toBeGreaterThanOrEqual(expires)
    expect(await client.get('p/a')).toBe(null)
    const short = await store.put(key, bytes('x'), { ttl: 1 })
    await new Promise(done => setTimeout(done, 5))
    expect(await store.has(key)).toBe(false)
    expect((await store.list(Key.root)).children.map(({ name }) => name)).toEqual(['b'])
    await expect(store.put(key, bytes('y'), { ifMatch: short.etag })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await store.put(key, bytes('y'), { replace: false })
    expect(text(await store.get(key))).toBe('y')
  })
})
