import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { openOrdered } from '../../../src/core/ordered/open-ordered.ts'
import { EXPIRIES, FORMAT_KEY, VERSION_KEY } from '../../../src/core/ordered/strata/own-records.ts'
import { MemoryDriver, type MemoryEngineOptions, MemoryPlace } from './memory-driver.ts'

const [a, b] = [Key.of('a'), Key.of('b')]
const bytes = (text: string) => new TextEncoder().encode(text)

async function open(place: MemoryPlace, options: MemoryEngineOptions = {}): Promise<Datastore> {
  const driver = new MemoryDriver(place, options)
  return new Datastore(await openOrdered(driver, { now: options.now }))
}

describe('OrderedStore', () => {
  it('E2 an empty place stays empty until the first value, which also records the layout', async () => {
    const place = new MemoryPlace()
    const store = await open(place)
    await store.list(Key.root)
    await store.delete(a, { missingOk: true })
    expect(place.rows.all).toEqual([])
    await store.put(a, bytes('x'))
    const format = place.rows.get(FORMAT_KEY)?.value
    expect(JSON.parse(new TextDecoder().decode(format))).toMatchObject({ layout: 'strata', format: 1 })
    expect(await (await open(place)).get(a)).toEqual(bytes('x'))
  })

  it('E2 foreign data are not opened as strata, nor strata as path', async () => {
    const others = new MemoryPlace()
    others.rows.set({ key: bytes('/a'), value: bytes('x') })
    await expect(openOrdered(new MemoryDriver(others), { layout: 'strata' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('it has layout "path"') as string,
    })
    const own = new MemoryPlace()
    await (await open(own)).put(a, bytes('x'))
    await expect(openOrdered(new MemoryDriver(own), { layout: 'path' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('it has layout "strata"') as string,
    })
  })

  it('E3 D4 no version repeats: after a delete, after reopening, and with a second open store', async () => {
    for (const options of [{}, { columns: true }]) {
      const place = new MemoryPlace()
      const etags = new Set<string>()
      let puts = 0
      for (let round = 0; round < 4; round++) {
        const stores = [await open(place, options), await open(place, options)]
        for (let index = 0; index < 600; index++) {
          for (const store of stores) {
            etags.add((await store.put(a, bytes('x'))).etag)
            puts++
          }
          await stores[0]?.delete(a)
        }
      }
      expect(etags.size).toBe(puts)
    }
  })

  it('E3 most puts make a single write', async () => {
    const place = new MemoryPlace()
    const driver = new MemoryDriver(place)
    let writes = 0
    const { write } = driver
    driver.write = one => {
      writes++
      return write.call(driver, one)
    }
    const store = new Datastore(await openOrdered(driver))
    for (let index = 0; index < 1000; index++) await store.put(Key.of(`k${index}`), bytes('x'))
    expect(writes).toBeLessThan(1005)
    expect(place.rows.get(VERSION_KEY)).toBeDefined()
  })

  it('E3 two stores opened at once on an empty place agree on its id', async () => {
    const place = new MemoryPlace()
    const [one, other] = [await open(place), await open(place)]
    const { etag } = await one.put(a, bytes('x'))
    const second = await other.put(b, bytes('y'))
    expect(second.etag.split('.')[0]).toBe(etag.split('.')[0])
    expect((await other.put(a, bytes('z'), { ifMatch: etag })).etag).not.toBe(etag)
    expect((await one.stat(b)).etag).toBe(second.etag)
  })

  it('E3 D21 an expired value is absent everywhere and is removed, with its record', async () => {
    let time = 1_000_000
    const now = () => time
    for (const shared of [false, true]) {
      const place = new MemoryPlace()
      const store = await open(place, { now, capabilities: { shared } })
      for (let index = 0; index < 50; index++)
        await store.put(Key.of('t', `k${index}`), bytes('x'), { ttl: 10 + index })
      await store.put(Key.of('t', 'k0'), bytes('kept'))
      await store.put(Key.of('t', 'k1'), bytes('later'), { ttl: 1000 })
      time += 30
      expect(await store.has(Key.of('t', 'k5'))).toBe(false)
      await expect(store.get(Key.of('t', 'k5'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(store.delete(Key.of('t', 'k6'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
      await expect(store.rename(Key.of('t', 'k7'), b)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const { etag } = await store.put(Key.of('t', 'k8'), bytes('new'), { replace: false })
      expect((await store.stat(Key.of('t', 'k8'))).etag).toBe(etag)
      const names = (await store.list(Key.of('t'))).children.map(({ name }) => name)
      const kept = ['k0', 'k1', 'k8', ...Array.from({ length: 29 }, (_, index) => `k${index + 21}`)]
      expect(names).toEqual(kept.sort())
      time += 10_000
      expect(await store.stats()).toMatchObject({ entries: 2 })
      expect(place.rows.between(EXPIRIES.from, EXPIRIES.to)).toEqual([])
      await store.close()
    }
  })

  it('E3 D21 a value that expired while the place was closed is absent too', async () => {
    let time = 1_000_000
    const now = () => time
    const place = new MemoryPlace()
    const first = await open(place, { now, capabilities: { shared: false } })
    await first.put(a, bytes('x'), { ttl: 10 })
    await first.close()
    time += 20
    const again = await open(place, { now, capabilities: { shared: false } })
    expect((await again.list(Key.root)).children).toEqual([])
  })

  it('D12 D21 a watcher is notified of expired values', async () => {
    let time = 1_000_000
    const store = await open(new MemoryPlace(), { now: () => time, capabilities: { shared: false } })
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await store.put(a, bytes('x'), { ttl: 10 })
    expect((await first).value).toMatchObject({ type: 'put' })
    time += 20
    await store.list(Key.root)
    expect((await changes.next()).value).toEqual({ type: 'delete', key: a })
    await changes.return?.()
  })

  it('E3 D5 a rename keeps the remaining time to live, and is one commit', async () => {
    let time = 1_000_000
    const store = await open(new MemoryPlace(), { now: () => time })
    await store.put(a, bytes('x'), { ttl: 100 })
    time += 60
    await store.rename(a, b)
    expect((await store.stat(b)).expires).toBe(1_000_100)
    time += 41
    expect(await store.has(b)).toBe(false)
    expect((await store.list(Key.root)).children).toEqual([])
  })

  it('E3 D26 a transaction that listed a level runs again if a key was added there meanwhile', async () => {
    for (const columns of [false, true]) {
      const store = await open(new MemoryPlace(), { columns })
      await store.put(Key.of('l', 'a'), bytes('x'))
      let runs = 0
      await store.transaction(async inside => {
        runs++
        const { children } = await inside.list(Key.of('l'))
        if (runs === 1) await store.put(Key.of('l', 'b'), bytes('y'))
        await inside.put(Key.of('count'), bytes(String(children.length)))
      })
      expect([runs, await store.get(Key.of('count'))]).toEqual([2, bytes('2')])
    }
  })

  it('E3 D26 inside a transaction levels and queries include its own writes in order', async () => {
    const store = await open(new MemoryPlace())
    for (const name of ['a', 'c', 'e']) await store.put(Key.of(name), bytes(name))
    await store.transaction(async inside => {
      await inside.put(Key.of('b', 'x'), bytes('1'))
      await inside.delete(Key.of('c'))
      await inside.put(Key.of('f'), bytes('2'))
      await inside.put(Key.of('e'), bytes('3'), { ttl: 60_000 })
      const names = async (reverse: boolean) =>
        (await inside.list(Key.root, { reverse, limit: 10 })).children.map(({ name }) => name)
      expect([await names(false), await names(true)]).toEqual([
        ['a', 'b', 'e', 'f'],
        ['f', 'e', 'b', 'a'],
      ])
      const entries = []
      for await (const { key, value } of inside.query({ orderBy: [{ field: 'key', descending: true }] }))
        entries.push(`${key.toString()}=${new TextDecoder().decode(value)}`)
      expect(entries).toEqual(['/f=2', '/e=3', '/b/x=1', '/a=a'])
    })
    expect((await store.stat(Key.of('e'))).expires).toBeDefined()
    expect(await store.has(Key.of('c'))).toBe(false)
  })

  it('E3 Q6 Q7 a query by key bounds reads little more than its results', async () => {
    const place = new MemoryPlace()
    const driver = new MemoryDriver(place, { capabilities: { shared: false } })
    const store = new Datastore(await openOrdered(driver))
    for (let index = 0; index < 500; index++)
      await store.put(Key.of(`k${String(index).padStart(3, '0')}`, 'x'), bytes(String(index)))
    driver.rowsGiven = 0
    const keys = []
    const where = { field: 'key', op: '>=', value: '/k250' } as const
    for await (const { key } of store.query({ where, limit: 10 })) keys.push(key.toString())
    expect(keys).toEqual(Array.from({ length: 10 }, (_, index) => `/k${250 + index}/x`))
    expect(driver.rowsGiven).toBeLessThan(20)
    expect(() => store.query({ where: { field: 'key', op: 'contains', value: 'x' } })).not.toThrow()
    const scanned = store.explainQuery({ where: { field: 'key', op: 'contains', value: 'x' } }).scanned
    expect(scanned).toEqual(['where.key'])
  })

  it('E1 D17 the capabilities follow those of the engine', async () => {
    const capabilities = { commit: false, parts: false, conditions: 'process' } as const
    const store = await open(new MemoryPlace(), { capabilities })
    expect(store.capabilities).toMatchObject({
      write: { ifAbsent: 'process', ifMatch: 'process', ttl: false },
      rename: 'copy',
      batch: 'ordered',
      transaction: 'none',
    })
  })
})
