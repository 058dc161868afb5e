import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { LevelDatastore } from '../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { SqliteDatastore } from '../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import { noRedis, startRedis } from '../../../servers/redis.ts'
import { TempRoots } from '../fs/temp-root.ts'
import { openDatastore } from './redis/redis-context.ts'
import { closing, onServers, SECRET } from './server-context.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const encoder = new TextEncoder()
const text = (value: Uint8Array) => new TextDecoder().decode(value)
const keys = Array.from({ length: 40 }, (_, index) => Key.of('level', `k${index}`))

/** Puts concurrently, from bytes that change as soon as each call has returned. */
async function putAll(store: BinaryDatastore): Promise<void> {
  const bytes = new Uint8Array(8)
  const puts = keys.map((key, index) => {
    bytes.fill(index)
    return store.put(key, bytes)
  })
  bytes.fill(0xff)
  await Promise.all(puts)
}

async function expectAll(store: BinaryDatastore): Promise<void> {
  const values = await Promise.all(keys.map(key => store.get(key)))
  expect(values).toEqual(keys.map((_, index) => new Uint8Array(8).fill(index)))
}

describe('concurrent calls', () => {
  for (const [name, open] of [
    ['LevelDB', (path: string) => LevelDatastore.open(path)],
    ['LMDB', (path: string) => LmdbDatastore.open(path)],
    ['LMDB, layout path', (path: string) => LmdbDatastore.open(path, { layout: 'path' })],
    ['SQLite', (path: string) => SqliteDatastore.open(join(path, 'data.db'))],
  ] as const) {
    it(`D15 E26 ${name} writes the bytes that each put was given, and keeps them`, async () => {
      const path = await roots.make()
      await using store = await open(path)
      await putAll(store)
      await expectAll(store)
      await store.close()
      await using again = await open(path)
      await expectAll(again)
    })
  }

  it('E26 of SQLite puts in one transaction, only the one that the table rejects fails', async () => {
    const path = join(await roots.make(), 'data.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE t (key BLOB PRIMARY KEY, data BLOB CHECK (length(data) < 9))')
    database.close()
    await using store = await SqliteDatastore.open(path)
    const long = 7
    const results = await Promise.allSettled(
      keys.map((key, index) => store.put(key, new Uint8Array(index === long ? 9 : 8))),
    )
    const failed = results.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
    expect(failed).toEqual([long])
    expect((await store.list(Key.of('level'))).children).toHaveLength(keys.length - 1)
  })

  it('E26 of SQLite puts in one transaction, each is evaluated separately, after those before it', async () => {
    await using store = await SqliteDatastore.open(join(await roots.make(), 'data.db'))
    const [there, other] = [Key.of('there'), Key.of('other')]
    const { etag } = await store.put(there, encoder.encode('first'))
    const create = { replace: false }
    const [plain, exists, made, seen] = await Promise.allSettled([
      store.put(Key.of('plain'), encoder.encode('x')),
      store.put(there, encoder.encode('no'), create),
      store.put(other, encoder.encode('made'), create),
      store.put(there, encoder.encode('second'), { ifMatch: etag }),
    ])
    expect([plain, made, seen].map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'))
    expect(exists).toMatchObject({ reason: { code: 'ALREADY_EXISTS' } })
    expect(text(await store.get(there))).toBe('second')
    expect(text(await store.get(other))).toBe('made')
  })
})

describe('concurrent calls on a Redis server', () => {
  onServers(noRedis)

  for (const layout of ['strata', 'path'] as const) {
    it(`D15 E26 layout ${layout} writes the bytes that each put was given, and reads them`, async () => {
      const server = stopping(await startRedis())
      if (layout === 'path') await server.cli('set', 'theirs', 'x')
      const store = await openDatastore({ url: server.url, layout })
      await putAll(store)
      await expect
        .poll(async () => {
          await expectAll(store)
          return server.cli('info', 'commandstats')
        })
        .toContain('cmdstat_mget')
      expect((await store.list(Key.of('level'))).children).toHaveLength(keys.length)
    })
  }

  it('E26 reads in one command have separate answers: a text, another type, an absent key, a missing permission', async () => {
    const rules = '~a:* ~strata* +@all'
    const server = stopping(
      await startRedis({ password: SECRET, user: { name: 'app', password: SECRET, rules } }),
    )
    const cli = (...args: string[]) => server.cli('--no-auth-warning', '-a', SECRET, ...args)
    await cli('mset', 'a:1', 'one', 'a:2', 'two', 'b:1', 'theirs')
    await cli('hset', 'a:hash', 'field', 'value')
    const store = await openDatastore({
      url: server.url,
      layout: 'path',
      user: 'app',
      password: { secret: 'app' },
    })
    const get = (...segments: string[]) => store.get(Key.of(...segments)).then(text)
    await expect
      .poll(async () => {
        await Promise.all([get('a', '1'), get('a', '2')])
        return cli('info', 'commandstats')
      })
      .toContain('cmdstat_mget')
    const answers = await Promise.allSettled([
      get('a', '1'),
      get('a', 'hash'),
      get('a', 'none'),
      get('b', '1'),
      get('a', '2'),
    ])
    expect(answers).toMatchObject([
      { value: 'one' },
      { value: expect.stringContaining('"value"') as string },
      { reason: { code: 'NOT_FOUND' } },
      { reason: { code: 'ACCESS_DENIED' } },
      { value: 'two' },
    ])
  })
})

function stopping<T extends { stop(): Promise<void> }>(server: T): T {
  closing({ close: () => server.stop() })
  return server
}
