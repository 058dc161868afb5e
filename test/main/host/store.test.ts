import { describe, expect, it } from 'vitest'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import type { CallOptions } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { ChangeFeed } from '../../../src/main/host/sessions/change-feed.ts'
import type { EventValue } from '../../../src/shared/events.ts'
import { MapStore } from '../../core/open/map-store.ts'
import { moveTo } from './many/many-test.ts'
import { bytesOf, eventually, memoryWith, openSession, textOf } from './test-host.ts'

describe('store.list', () => {
  it('D9 returns one level in pages, forwards and backwards', async () => {
    const { page, session } = await openSession(['/a', '/b/c', '/b', '/d/e/f'])
    const first = await page.call('store.list', { session, prefix: '/', limit: 2 })
    expect(first).toEqual({
      rows: [
        { name: 'a', isValue: true, isBranch: false, size: 2 },
        { name: 'b', isValue: true, isBranch: true, size: 2 },
      ],
      cursor: 'b',
      total: 3,
    })
    const second = await page.call('store.list', { session, prefix: '/', after: 'b' })
    expect(second.rows).toEqual([{ name: 'd', isValue: false, isBranch: true }])
    expect(second.cursor).toBeUndefined()
    const last = await page.call('store.list', { session, prefix: '/', limit: 1, reverse: true })
    expect(last.rows.map(row => row.name)).toEqual(['d'])
  })

  it.each([0, -1, 1.5, 10_001])('refuses a page of %s rows', async limit => {
    const { page, session } = await openSession([])
    const call = page.call('store.list', { session, prefix: '/', limit })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

describe('store.get', () => {
  it.each([{}, { start: 0, end: 6 }])(
    'A4 never returns a copy older than its stat, so that edits start from the current version: %j',
    async range => {
      const disk = new MemoryDatastore()
      const { page, session } = await openSession(new TieredDatastore([new MemoryDatastore(), disk]))
      const at = { session, key: '/film' }
      await page.call('store.put', { ...at, bytes: bytesOf('before') })
      await disk.put(Key.parse('/film'), bytesOf('behind'))
      const { bytes, stat } = await page.call('store.get', { ...at, ...range })
      expect(textOf(bytes)).toBe('behind')
      expect(stat.etag).toBe((await disk.stat(Key.parse('/film'))).etag)
    },
  )

  it('returns the value, or a range of it, with the stat of its version', async () => {
    const { page, session, store } = await openSession(['/abcdef'])
    const { etag } = await store.stat(Key.parse('/abcdef'))
    const read = async (range: object) => {
      const { bytes, stat } = await page.call('store.get', { session, key: '/abcdef', ...range })
      expect(stat).toMatchObject({ size: 7, etag })
      return textOf(bytes)
    }
    expect(await read({})).toBe('/abcdef')
    expect(await read({ start: 2, end: 4 })).toBe('bc')
    expect(await read({ start: 5 })).toBe('ef')
    expect(await read({ end: 99 })).toBe('/abcdef')
    expect(await read({ start: 99 })).toBe('')
    expect(await read({ start: 4, end: 2 })).toBe('')
  })

  it('returns at most 16 MiB of a larger value', async () => {
    const store = new MemoryDatastore()
    await store.put(Key.of('large'), new Uint8Array(17 * 1024 * 1024))
    const { page, session } = await openSession(store)
    const { bytes, stat } = await page.call('store.get', { session, key: '/large' })
    expect([bytes.length, stat.size]).toEqual([16 * 1024 * 1024, 17 * 1024 * 1024])
  })

  it('never mixes the bytes of one version with the stat of another', async () => {
    const store = new ChangingStore(1)
    await store.put(Key.of('a'), bytesOf('old'))
    const { page, session } = await openSession(store)
    const { bytes, stat } = await page.call('store.get', { session, key: '/a' })
    expect(textOf(bytes)).toBe('changed 1')
    expect(stat).toEqual(await store.stat(Key.of('a')))
  })

  it('returns CONFLICT if a value changes faster than it can be read', async () => {
    const store = new ChangingStore(Number.POSITIVE_INFINITY)
    await store.put(Key.of('a'), bytesOf('old'))
    const { page, session } = await openSession(store)
    const call = page.call('store.get', { session, key: '/a' })
    await expect(call).rejects.toMatchObject({ code: 'CONFLICT', key: '/a' })
  })

  it('D1 names the absent key', async () => {
    const { page, session } = await openSession([])
    const call = page.call('store.get', { session, key: 'nothing//here/' })
    await expect(call).rejects.toMatchObject({ code: 'NOT_FOUND', key: '/nothing/here' })
  })

  it.each(['/a/../b', '/./a', '/\ud800'])('K2 refuses the key %j', async key => {
    const { page, session } = await openSession([])
    await expect(page.call('store.get', { session, key })).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })
})

describe('store.put, store.delete, store.rename', () => {
  it('D2 put obeys create, replace and ifMatch, and returns the new stat', async () => {
    const { page, session, store } = await openSession(['/a'])
    const put = (key: string, rules: object) =>
      page.call('store.put', { session, key, bytes: bytesOf('new'), ...rules })
    await expect(put('/a', { replace: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS', key: '/a' })
    await expect(put('/b', { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND', key: '/b' })
    await expect(put('/a', { ifMatch: 'stale' })).rejects.toMatchObject({ code: 'CONFLICT', key: '/a' })
    await expect(put('/a', { create: false, replace: false })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    const { stat } = await put('/a', { ifMatch: (await store.stat(Key.of('a'))).etag })
    expect(stat).toEqual(await store.stat(Key.of('a')))
    expect(textOf(await store.get(Key.of('a')))).toBe('new')
  })

  it.each(['store.put', 'uploads'])(
    'H22 an edit by %s keeps the remaining time to live of the version that it replaces',
    async way => {
      const clock = { now: 0 }
      const store = new MemoryDatastore({ now: () => clock.now })
      const { page, session } = await openSession(store)
      const info = (await page.call('sessions.list', {})).sessions[0]
      expect(info?.keepsExpiry).toBe(true)
      await store.put(Key.of('a'), bytesOf('old'), { ttl: 60_000 })
      await store.put(Key.of('b'), bytesOf('old'))
      clock.now = 50_000
      for (const key of ['/a', '/b']) {
        const { etag: ifMatch } = await store.stat(Key.parse(key))
        const at = { session, key, ifMatch, keepExpiry: true }
        if (way === 'store.put') await page.call('store.put', { ...at, bytes: bytesOf('new') })
        else {
          const { upload } = await page.call('uploads.open', at)
          await page.call('uploads.commit', { upload })
        }
      }
      expect((await store.stat(Key.of('b'))).expires).toBeUndefined()
      const { etag: ifMatch } = await store.stat(Key.of('a'))
      clock.now = 60_000
      expect([await store.has(Key.of('a')), await store.has(Key.of('b'))]).toEqual([false, true])
      const late = page.call('store.put', {
        session,
        key: '/a',
        ifMatch,
        keepExpiry: true,
        bytes: bytesOf(''),
      })
      await expect(late).rejects.toMatchObject({ code: 'CONFLICT' })
    },
  )

  it('H22 an edit in a store that limits the age of its values resets the age', async () => {
    const clock = { now: 0 }
    const store = new MemoryDatastore({ ttl: 60_000, now: () => clock.now })
    const { page, session } = await openSession(store)
    await store.put(Key.of('a'), bytesOf('old'))
    clock.now = 50_000
    await page.call('store.put', { session, key: '/a', keepExpiry: true, bytes: bytesOf('new') })
    clock.now = 60_000
    expect(await page.call('store.stat', { session, key: '/a' })).toMatchObject({ expiresHere: true })
  })

  it('H22 an edit in a stack without times to live never expires, which the session reports', async () => {
    const memory = new MemoryDatastore()
    const { page, session } = await openSession(
      new MountDatastore({ '/short': memory, '/': new Datastore(new MapStore()) }),
    )
    expect((await page.call('sessions.list', {})).sessions[0]?.keepsExpiry).toBe(false)
    await memory.put(Key.of('a'), bytesOf('old'), { ttl: 60_000 })
    const { stat } = await page.call('store.put', {
      session,
      key: '/short/a',
      keepExpiry: true,
      bytes: bytesOf('new'),
    })
    expect(stat.expires).toBeUndefined()
  })

  it('D51 renaming a value and moving a branch keep the remaining time to live', async () => {
    const clock = { now: 0 }
    const store = new MemoryDatastore({ now: () => clock.now })
    const { page, session } = await openSession(store)
    for (const name of ['a', 'b']) await store.put(Key.of(name, 'x'), bytesOf(name), { ttl: 60_000 })
    clock.now = 50_000
    await page.call('store.rename', { session, from: '/a/x', to: '/c/a' })
    await page.call('jobs.start', { session, request: moveTo(session, '/b', 'd') })
    await eventually(() => page.eventsOf('jobChanged').some(job => job.state === 'done'))
    expect(await store.stats()).toMatchObject({ entries: 2 })
    clock.now = 60_000
    expect(await store.stats()).toMatchObject({ entries: 0 })
  })

  it('D3 delete of an absent key is reported unless told otherwise', async () => {
    const { page, session, store } = await openSession(['/a', '/b'])
    await page.call('store.delete', { session, key: '/a' })
    await expect(page.call('store.delete', { session, key: '/a' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    await page.call('store.delete', { session, key: '/a', missingOk: true })
    const stale = page.call('store.delete', { session, key: '/b', ifMatch: 'stale' })
    await expect(stale).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await store.has(Key.of('b'))).toBe(true)
  })

  it('D5 rename moves one value and replaces only if allowed to', async () => {
    const { page, session, store } = await openSession(['/a', '/b'])
    const rename = (to: string, replace?: boolean) =>
      page.call('store.rename', { session, from: '/a', to, replace })
    await expect(rename('/b', false)).rejects.toMatchObject({ code: 'ALREADY_EXISTS', key: '/b' })
    await rename('/c/d')
    expect(textOf(await store.get(Key.parse('/c/d')))).toBe('/a')
    await expect(rename('/x')).rejects.toMatchObject({ code: 'NOT_FOUND', key: '/a' })
  })

  it('has, stat and stats answer without the value', async () => {
    const { page, session } = await openSession(['/a'])
    expect(await page.call('store.has', { session, key: '/a' })).toEqual({ exists: true })
    expect(await page.call('store.has', { session, key: '/b' })).toEqual({ exists: false })
    expect(await page.call('store.stat', { session, key: '/a' })).toMatchObject({ size: 2 })
    expect(await page.call('store.stats', { session })).toEqual({ entries: 1, bytes: 2, accuracy: 'exact' })
  })

  it('every write of any kind is refused while the session is locked', async () => {
    const { page, session, store } = await openSession(['/a/b'])
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    const writes = [
      page.call('store.put', { session, key: '/x', bytes: bytesOf('x') }),
      page.call('store.delete', { session, key: '/a/b' }),
      page.call('store.delete', { session, key: '/nothing', missingOk: true }),
      page.call('store.rename', { session, from: '/a/b', to: '/x' }),
      page.call('uploads.open', { session, key: '/x' }),
    ]
    for (const write of writes) await expect(write).rejects.toMatchObject({ code: 'READ_ONLY' })
    const job = await page.call('jobs.start', { session, request: moveTo(session, '/a', 'b') })
    await eventually(() =>
      page.eventsOf('jobChanged').some(info => info.id === job.id && info.state === 'failed'),
    )
    expect(page.eventsOf('jobChanged').at(-1)?.error?.code).toBe('READ_ONLY')
    expect((await store.stats()).entries).toBe(1)
    await page.call('sessions.setReadOnly', { session, isReadOnly: false })
    await page.call('store.put', { session, key: '/x', bytes: bytesOf('x') })
  })

  it('a read-only stack reports it, and refuses writes too', async () => {
    const { page, session } = await openSession(readOnly(await memoryWith(['/a'])))
    const { sessions } = await page.call('sessions.list', {})
    expect(sessions[0]).toMatchObject({ isReadOnly: false, isWritable: false })
    const call = page.call('store.delete', { session, key: '/a' })
    await expect(call).rejects.toMatchObject({ code: 'READ_ONLY' })
  })

  it('changes are reported, the latest of each key, at most ten times a second', async () => {
    const { page, session } = await openSession([])
    for (let round = 0; round < 50; round++) {
      await page.call('store.put', { session, key: '/a', bytes: bytesOf(String(round)) })
    }
    await page.call('store.delete', { session, key: '/a' })
    await eventually(() => page.eventsOf('valueChanged').at(-1)?.type === 'delete')
    expect(page.eventsOf('valueChanged').length).toBeLessThan(20)
  })

  it('very many changes at once are reported as one change of a branch', async () => {
    const changes: EventValue<'valueChanged'>[] = []
    const feed = new ChangeFeed('session', (_name, value) =>
      changes.push(value as EventValue<'valueChanged'>),
    )
    for (let index = 0; index < 3000; index++)
      feed.note({ type: 'delete', key: Key.of('a', 'b', `${index}`) })
    await eventually(() => changes.some(change => change.isDeep === true))
    for (const change of changes.filter(({ isDeep }) => isDeep === true)) {
      expect(change).toMatchObject({ session: 'session', key: '/a/b' })
    }
    expect(changes.length).toBeLessThan(3000)
    feed.stop()
  })
})

/** Is written by another client right after each of the first `times` reads of a value. */
class ChangingStore extends MemoryDatastore {
  #left: number
  #writes = 0

  constructor(times: number) {
    super()
    this.#left = times
  }

  override async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    const value = await super.get(key, options)
    if (this.#left-- > 0) await this.put(key, bytesOf(`changed ${++this.#writes}`))
    return value
  }
}
