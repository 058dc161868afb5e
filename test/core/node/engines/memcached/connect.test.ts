import { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import {
  MemcachedDatastore,
  type MemcachedOptions,
} from '../../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import { testMemcached } from '../../../../../src/core/node/engines/memcached/test-connection.ts'
import { openStack } from '../../../../../src/core/node/stack.ts'
import { noMemcached, startMemcached } from '../../../../servers/memcached.ts'
import { freePort, freeze } from '../../../../servers/server-process.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { closing, context, failuresUntil, namesIn, onServers, waitAsIf } from '../server-context.ts'
import { openDatastore, startedMemcached } from './memcached-context.ts'

const key = Key.of('a')

describeConnection<MemcachedOptions>({
  name: 'memcached',
  kind: 'memcached',
  missing: noMemcached,
  start: ({ tls }) => startMemcached({ tls }),
  at: ({ host, port, isEncrypted }) => ({
    url: `memcached://${host}:${port}`,
    ...(isEncrypted && { tls: true }),
  }),
  open: (options, given) => MemcachedDatastore.open(options, given),
  test: (options, given) => testMemcached(options, given),
  signIn: undefined,
  unencrypted: 'ACCESS_DENIED',
})

describe('memcached', () => {
  onServers(noMemcached)

  it('E4 E5 E89 CONNECTION while the server is down; once it is back the store is empty and works, and no earlier etag matches', async () => {
    const nowhere = openDatastore({ url: `memcached://127.0.0.1:${await freePort()}` })
    await expect(nowhere).rejects.toMatchObject({ code: 'CONNECTION' })
    const { server } = await startedMemcached()
    const lost: boolean[] = []
    const root = { kind: 'memcached', url: server.url, timeout: 5000 }
    const onStatus = (_id: string, change: object) => {
      if ('lost' in change) lost.push(change.lost !== undefined)
    }
    const { store } = closing(await openStack({ strata: 1, root }, { onStatus }))
    expect([store.capabilities.durable, store.capabilities.batch]).toEqual([false, 'ordered'])
    const { etag } = await store.put(key, bytes('x'))
    await server.kill()
    await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION', key })
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'CONNECTION', key })
    const again = await server.restart()
    closing({ close: () => again.stop() })
    const codes = await failuresUntil(() => store.has(key))
    expect(new Set([...codes, 'CONNECTION'])).toEqual(new Set(['CONNECTION']))
    expect(await store.has(key)).toBe(false)
    // The version numbers of the server restart.
    const next = await store.put(key, bytes('x'))
    expect(next.etag).not.toBe(etag)
    await expect(store.put(key, bytes('z'), { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(lost).toEqual([false, true, false])
  })

  it('E4 a value over the limit is VALUE_INVALID and leaves the old one, which the server itself would remove', async () => {
    const { server, direct } = await startedMemcached()
    const store = await openDatastore({ url: server.url, layout: 'path' })
    const most = store.capabilities.limits.valueBytes ?? 0
    expect(most).toBeGreaterThan(1_000_000)
    await store.put(key, new Uint8Array(most))
    expect((await store.get(key)).length).toBe(most)
    await expect(store.put(key, new Uint8Array(most + 1))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      key,
    })
    expect((await store.get(key)).length).toBe(most)
    await direct.send(`ms a ${2 ** 20}`, new Uint8Array(2 ** 20)).catch(() => undefined)
    expect(await store.has(key)).toBe(false)
  })

  it('E85 the etag is the version number of the server: of two programs that replace one version one gets CONFLICT', async () => {
    const { server, direct } = await startedMemcached()
    for (const layout of ['strata', 'path'] as const) {
      const options = { url: server.url, prefix: `${layout}-`, layout }
      const [one, other] = [await openDatastore(options), await openDatastore(options)]
      const first = await one.put(key, bytes('x'))
      const second = await other.put(key, bytes('x'))
      expect(second.etag).not.toBe(first.etag)
      const results = await Promise.allSettled(
        [one, other].map(store => store.put(key, bytes('y'), { ifMatch: second.etag })),
      )
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await expect(one.delete(key, { ifMatch: first.etag })).rejects.toMatchObject({ code: 'CONFLICT', key })
      const made = await Promise.allSettled(
        [one, other].map(store => store.put(Key.of('new'), bytes('x'), { replace: false })),
      )
      expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    }
    const store = await openDatastore({ url: server.url, prefix: 'path-', layout: 'path' })
    const { rest } = await direct.send('mg path-a c')
    expect((await store.stat(key)).etag.split('.').at(-1)).toBe(Number(rest.slice(1)).toString(36))
  })

  it('E86 any key is held and listed: bytes that commands cannot contain as base64, longer names as a hash with the key beside the value', async () => {
    const { server, direct } = await startedMemcached()
    const keys = [
      Key.of('plain', 'name'),
      Key.of('two words', 'line\nend', '\0'),
      Key.of('é'.repeat(80)),
      Key.of('x'.repeat(300), 'y'),
      Key.of('deep', ...Array.from({ length: 100 }, (_, n) => `${n}`)),
    ]
    for (const layout of ['strata', 'path'] as const) {
      const options = {
        url: server.url,
        prefix: `${layout}-`,
        layout,
        ...(layout === 'path' && { separator: '/' }),
      }
      const store = await openDatastore(options)
      for (const [index, one] of keys.entries()) await store.put(one, bytes(`${index}`))
      const again = await openDatastore(options)
      expect(await namesIn(again)).toHaveLength(keys.length)
      const found: string[] = []
      for await (const { key: one } of again.query({}, { scan: true })) found.push(one.toString())
      expect(found.sort()).toEqual(keys.map(String).sort())
      for (const [index, one] of keys.entries()) expect(text(await again.get(one))).toBe(`${index}`)
      await again.rename(keys[3] as Key, Key.of('short'))
      expect([await again.has(keys[3] as Key), text(await again.get(Key.of('short')))]).toEqual([false, '3'])
    }
    expect((await direct.send('mg path-/plain/name v')).value).toEqual(bytes('0'))
  })

  it('E109 items that others add and remove are listed and omitted once the index is ten seconds old', async () => {
    const { server, direct } = await startedMemcached()
    await direct.send('ms user:1 1', bytes('x'))
    const store = await openDatastore({ url: server.url })
    expect(await namesIn(store, 'user')).toEqual(['1'])
    await direct.send('ms user:2 1', bytes('y'))
    await direct.send('md user:1')
    expect(text(await store.get(Key.of('user', '2')))).toBe('y')
    expect(await namesIn(store, 'user')).toEqual([])
    waitAsIf(600_000)
    await expect.poll(() => namesIn(store, 'user')).toEqual(['2'])
  })

  it('E126 a page of a thousand items is looked up with a command for each, in one write', async () => {
    const { server } = await startedMemcached()
    const store = await openDatastore({ url: server.url, layout: 'strata' })
    const [short, long] = [Key.of('short'), Key.of('x'.repeat(300))]
    const keys = Array.from({ length: 1000 }, (_, index) => [short, long].map(one => one.child(`c${index}`)))
    await Promise.all(keys.flat().map(one => store.put(one, bytes('x'))))
    for (const level of [short, long]) {
      await namesIn(store, level.lastSegment)
      const writes = vi.spyOn(Socket.prototype, 'write')
      const { children } = await store.list(level, { limit: 1000 })
      const sent = writes.mock.calls.map(([some]) => String(some)).filter(some => some.startsWith('mg '))
      writes.mockRestore()
      expect(children).toHaveLength(1000)
      expect(sent.map(some => some.split('mg ').length - 1)).toEqual([1000])
    }
  })

  it('E87 layout path shows and edits data of other programs in place, and reports when they expire', async () => {
    const { server, direct } = await startedMemcached()
    await direct.send('ms user:7:name 3', bytes('Ada'))
    await direct.send('ms user:7:seen 1 T100', bytes('x'))
    await direct.send(`ms ${Buffer.from('two words:x').toString('base64')} 1 b`, bytes('y'))
    const store = await openDatastore({ url: server.url })
    expect(await namesIn(store)).toEqual(['two words/', 'user/'])
    expect(await namesIn(store, 'user', '7')).toEqual(['name', 'seen'])
    await store.put(Key.of('user', '7', 'name'), bytes('Ada L.'))
    expect((await direct.send('mg user:7:name v')).value).toEqual(bytes('Ada L.'))
    const { expires = 0 } = await store.stat(Key.of('user', '7', 'seen'))
    expect(Math.abs(expires - Date.now() - 100_000)).toBeLessThan(3000)
    await store.rename(Key.of('user', '7', 'seen'), Key.of('user', '8'))
    expect((await direct.send('mg user:8 t')).rest).toMatch(/^t(99|100|101|102)$/)
    await expect(
      openDatastore({ url: server.url, layout: 'strata' }).then(one => one.get(Key.of('user'))),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('E88 a time to live is precise to the millisecond, and the server removes the item', async () => {
    const { server, direct } = await startedMemcached()
    const store = await openDatastore({ url: server.url, prefix: 'p' })
    await store.put(key, bytes('x'), { ttl: 1 })
    await store.put(Key.of('b'), bytes('y'), { ttl: 3_600_000 })
    await new Promise(done => setTimeout(done, 5))
    expect([await store.has(key), await namesIn(store)]).toEqual([false, ['b']])
    await store.put(key, bytes('again'), { replace: false })
    expect(text(await store.get(key))).toBe('again')
    expect((await direct.send('mg p/b t')).rest).toMatch(/^t360[01]$/)
    // More than the server accepts as seconds from now, and later than its dates.
    for (const [ttl, flag] of [
      [90 * 86_400_000, /^t77760\d\d$/],
      [40 * 365 * 86_400_000, /^t-1$/],
    ] as const) {
      await store.put(key, bytes('x'), { ttl })
      expect((await direct.send('mg p/a t')).rest).toMatch(flag)
      expect(await store.has(key)).toBe(true)
    }
  })

  it('E89 items that the server evicts are absent from reads and levels, and nothing else changes', async () => {
    const { server } = await startedMemcached({ memory: 2 })
    const store = await openDatastore({ url: server.url })
    const value = (n: number) => new Uint8Array(100_000).fill(n)
    for (let n = 0; n < 60; n++) await store.put(Key.of(`k${String(n).padStart(2, '0')}`), value(n))
    const listed = await namesIn(store)
    expect(listed.length).toBeGreaterThan(0)
    expect(listed.length).toBeLessThan(60)
    for (const name of listed) expect((await store.get(Key.of(name)))[0]).toBe(Number(name.slice(1)))
    await expect(store.get(Key.of('k00'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { steps } = await testMemcached({ url: server.url, timeout: 3000 }, context)
    expect(steps[5]?.detail).toMatch(/^about \d+ keys; \d+ were evicted for others$/)
  })

  it('E20 the connection test reports what was reached, and changes nothing', async () => {
    const { server, direct } = await startedMemcached()
    const { ok, steps, rights } = await testMemcached({ url: server.url, timeout: 3000 }, context)
    expect(steps.map(({ detail }) => detail).join('; ')).toMatch(
      /127\.0\.0\.1:\d+ in [\d.]+ ms; the connection is not encrypted; without a user; memcached 1\.\d+\.\d+, with 64 MiB for values, in memory alone; one server; about 0 keys; none was evicted yet; [\d.]+ ms for a read/,
    )
    expect([ok, rights.write, rights.liveChanges]).toEqual([true, true, false])
    expect((await direct.send('mn')).status).toBe('MN')
    const gone = await testMemcached(
      { url: `memcached://127.0.0.1:${await freePort()}`, timeout: 3000 },
      context,
    )
    expect([gone.ok, gone.steps.length, gone.steps[0]?.ok]).toEqual([false, 1, false])
  })

  it('E4 a server that does not answer is TIMEOUT within the time limit of a call, and the store reconnects', async () => {
    const { server } = await startedMemcached()
    const store = await openDatastore({ url: server.url, timeout: 300 })
    await store.put(key, bytes('x'))
    await freeze(server.pid)
    const started = performance.now()
    await expect(store.get(key)).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(performance.now() - started).toBeLessThan(2000)
    process.kill(server.pid, 'SIGCONT')
    await failuresUntil(() => store.get(key))
    expect(text(await store.get(key))).toBe('x')
  })
})
