import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  DirectoryDatastore,
  FsDatastore,
  json,
  Key,
  MemoryDatastore,
  MountDatastore,
  ShardedDatastore,
  serialized,
  symlink,
  TieredDatastore,
} from '../../src/core/node/index.ts'
import { noise } from '../../src/testkit/samples.ts'
import { collect, walkKeys } from '../../src/testkit/suite.ts'
import { bytesOf } from '../core/node/fs/bytes-of.ts'
import { FaultyDisk } from '../core/node/fs/faulty-disk.ts'
import { TempRoots } from '../core/node/fs/temp-root.ts'

const roots = new TempRoots()
afterEach(() => roots.remove())
const keysOf = (entries: readonly { readonly key: Key }[]) => entries.map(({ key }) => key.toString())

/** Not on npm, so the probes run only on our stores; the test names describe the peer. */
describe('Key of py-datastore', () => {
  it('K7 is_top_level is never true', () => {
    expect(Key.parse('/a').isTopLevel).toBe(true)
    expect(Key.parse('/a/b').isTopLevel).toBe(false)
  })

  it('K9 the root is an ancestor of nothing', () => {
    expect(Key.root.isAncestorOf(Key.parse('/a'))).toBe(true)
    expect(Key.parse('/a').isDescendantOf(Key.root)).toBe(true)
  })

  it('K1 the list of segments starts with an empty one', () => {
    expect(Key.parse('/a/b').segments).toEqual(['a', 'b'])
  })

  it('K4 a:b:c loses its middle', () => {
    const key = Key.parse('/a:b:c')
    expect([key.type, key.name]).toEqual(['a:b', 'c'])
  })
})

describe('the file system store of py-datastore', () => {
  it('F3 /e:..:..:x is written outside the root', async () => {
    const root = await roots.make()
    await using store = await FsDatastore.open(join(root, 'store'))
    await store.put(Key.parse('/e:..:..:x'), bytesOf('x'))
    expect(await readdir(root)).toEqual(['store'])
    expect(await store.get(Key.parse('/e:..:..:x'))).toEqual(bytesOf('x'))
  })

  it('F2 /foo.txt and /foo.json overwrite each other, /a:b and /a/b are one file', async () => {
    await using store = await FsDatastore.open(await roots.make())
    const texts = ['/a/b', '/a:b', '/foo', '/foo.json', '/foo.txt']
    for (const text of texts) await store.put(Key.parse(text), bytesOf(text))
    for (const text of texts) expect(await store.get(Key.parse(text))).toEqual(bytesOf(text))
    expect(await walkKeys(store)).toEqual(texts)
  })

  it('F4 D37 a failed put leaves a part of the value', async () => {
    const disk = new FaultyDisk()
    await using store = await FsDatastore.open(await roots.make(), {}, disk)
    await store.put(Key.of('old'), bytesOf('old'))
    for (const name of ['old', 'fresh']) {
      let writes = 0
      disk.fail('write', () => (++writes > 1 ? 'ENOSPC' : undefined))
      const chunks = [noise(70_000), noise(70_000)].values()
      await expect(store.put(Key.of(name), chunks)).rejects.toMatchObject({ code: 'IO' })
      expect(writes).toBe(2)
    }
    expect(await store.get(Key.of('old'))).toEqual(bytesOf('old'))
    expect(await walkKeys(store)).toEqual(['/old'])
  })

  it('F4 nothing is ever flushed to the device', async () => {
    const disk = new FaultyDisk()
    await using store = await FsDatastore.open(await roots.make(), { durability: 'full' }, disk)
    await store.put(Key.of('a'), bytesOf('x'))
    expect(disk.count('fdatasync') + disk.count('fsync')).toBeGreaterThanOrEqual(2)
  })
})

describe('the tiered store of py-datastore', () => {
  const key = Key.of('key')

  it('A10 a stream closed early leaves a truncated value in the tier above', async () => {
    const [top, last] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new TieredDatastore([top, last])
    const whole = noise(300_000)
    await last.put(key, whole)
    for await (const chunk of store.getStream(key)) {
      expect(chunk.length).toBeLessThan(whole.length)
      break
    }
    expect(Buffer.compare(await store.get(key), whole)).toBe(0)
    await expect.poll(() => top.has(key)).toBe(true)
    expect(Buffer.compare(await top.get(key), whole)).toBe(0)
  })

  it('A1 D1 a miss raises a group of errors', async () => {
    const store = new TieredDatastore([new MemoryDatastore(), new MemoryDatastore()])
    await expect(store.get(key)).rejects.toMatchObject({ name: 'NotFoundError', code: 'NOT_FOUND', key })
  })

  it('A2 A3 rename and create: false fail if any tier lacks the key', async () => {
    const [top, last] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new TieredDatastore([top, last])
    await last.put(key, bytesOf('old'))
    await store.put(key, bytesOf('new'), { create: false })
    await top.delete(key)
    await store.rename(key, Key.of('other'))
    expect(await store.get(Key.of('other'))).toEqual(bytesOf('new'))
    expect(await walkKeys(last)).toEqual(['/other'])
  })
})

describe('other adapters of py-datastore', () => {
  it('S2 Q3 limit and offset are applied to each shard, before the order', async () => {
    const store = new ShardedDatastore([new MemoryDatastore(), new MemoryDatastore(), new MemoryDatastore()])
    const names = Array.from({ length: 30 }, (_, index) => `/n${String(index).padStart(2, '0')}`)
    for (const [index, name] of names.entries()) await store.put(Key.parse(name), noise(100 - index))
    const query = { orderBy: [{ field: 'size' }], offset: 3, limit: 5 } as const
    expect(keysOf(await collect(store.query(query, { scan: true })))).toEqual(names.toReversed().slice(3, 8))
  })

  it('S3 after adding a shard most keys are not found, and this is not reported', async () => {
    const shards = [new MemoryDatastore(), new MemoryDatastore()]
    const keys = Array.from({ length: 60 }, (_, index) => Key.of('films', `f${index}`))
    const before = new ShardedDatastore(shards, { by: 'modulo' })
    for (const key of keys) await before.put(key, bytesOf(key.name))
    const more = [...shards, new MemoryDatastore()]
    // Opened with another list than the keys were put with, the store reports which are lost.
    const opened = new ShardedDatastore(more, { by: 'modulo' })
    const absent: string[] = []
    for (const key of keys) if (!(await opened.has(key))) absent.push(key.toString())
    expect(absent.length).toBeGreaterThan(20)
    const misplaced = await collect(opened.verify())
    expect(keysOf(misplaced).sort()).toEqual(absent.sort())
    // With the new list applied instead, it moves them, and none is missing at any time.
    await before.reshard(more)
    for (const key of keys) expect(await before.get(key)).toEqual(bytesOf(key.name))
    expect(await collect(before.verify())).toEqual([])
  })

  it('V1 Q9 a serializer cannot be queried, and [1, 2] is stored as 12', async () => {
    const store = serialized(new MemoryDatastore(), json)
    const lists = [[1, 2], [1], [], [12]]
    for (const [index, list] of lists.entries()) await store.put(Key.of(`k${index}`), list)
    for (const [index, list] of lists.entries()) expect(await store.get(Key.of(`k${index}`))).toEqual(list)
    const answer = await collect(
      store.query({ where: { field: 'value.1', op: '=', value: 2 } }, { scan: true }),
    )
    expect(keysOf(answer)).toEqual(['/k0'])
  })

  it('M1 D6 putNew loses the prefix of the mount', async () => {
    const [films, rest] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new MountDatastore({ '/films': films, '/': rest })
    const key = await store.putNew(Key.parse('/films/new'), bytesOf('x'))
    expect(Key.parse('/films/new').isAncestorOf(key)).toBe(true)
    expect(await store.get(key)).toEqual(bytesOf('x'))
    expect(await walkKeys(films)).toEqual([`/new/${key.name}`])
  })

  it('M1 the root cannot be mounted', async () => {
    const store = new MountDatastore({ '/': new MemoryDatastore() })
    await store.put(Key.parse('/any'), bytesOf('x'))
    expect(await walkKeys(store)).toEqual(['/any'])
  })
})

describe('the symlink store of py-datastore', () => {
  it('Y1 D1 a value that ends in /datastore_link is treated as a link', async () => {
    const store = symlink(new MemoryDatastore(), { links: new MemoryDatastore() })
    const text = 'see /some/where/datastore_link'
    await store.put(Key.of('a'), bytesOf(text))
    expect(await store.get(Key.of('a'))).toEqual(bytesOf(text))
  })

  it('Y5 a loop is stored before it is detected', async () => {
    const [values, links] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = symlink(values, { links })
    await store.link(Key.of('a'), Key.of('b'))
    const before = await walkKeys(links)
    await expect(store.link(Key.of('b'), Key.of('a'))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await walkKeys(links)).toEqual(before)
  })
})

describe('the directory store of py-datastore', () => {
  const [directory, films] = [Key.of('films'), Array.from({ length: 20 }, (_, index) => Key.of(`f${index}`))]

  it('Y8 a directory is one value, so of members added concurrently all but one are lost', async () => {
    const store = new DirectoryDatastore(new MemoryDatastore(), { members: new MemoryDatastore() })
    await store.directory(directory)
    await Promise.all(films.map(film => store.directoryAdd(directory, film)))
    expect(await collect(store.directoryRead(directory))).toEqual(films)
  })

  it('Y2 a directory is among the keys of the store, and its list among the values', async () => {
    const store = new DirectoryDatastore(new MemoryDatastore(), { members: new MemoryDatastore() })
    await store.directory(directory)
    await store.directoryAdd(directory, Key.of('f'))
    expect(await walkKeys(store)).toEqual([])
    await store.put(directory, bytesOf('a value'))
    expect(await collect(store.directoryRead(directory))).toEqual([Key.of('f')])
  })
})

describe('queries of py-datastore', () => {
  const filled = async () => {
    const store = serialized(new MemoryDatastore(), json)
    for (const [name, n] of [
      ['a', 10],
      ['b', 5],
      ['c', 7],
    ] as const)
      await store.put(Key.of(name), { n })
    return store
  }

  it('Q1 values come without their keys', async () => {
    const [first] = await collect((await filled()).query({ limit: 1 }, { scan: true }))
    expect(first).toMatchObject({ key: Key.of('a'), value: { n: 10 } })
  })

  it('Q6 offset_key is ignored', async () => {
    const answer = await collect((await filled()).query({ after: '/a' }, { scan: true }))
    expect(keysOf(answer)).toEqual(['/b', '/c'])
  })

  it('Q4 Q5 10 and 5 are compared as text', async () => {
    const where = { field: 'n', op: '>', value: 5 } as const
    const orderBy = [{ field: 'n' }]
    const answer = await collect((await filled()).query({ where, orderBy }, { scan: true }))
    expect(keysOf(answer)).toEqual(['/c', '/a'])
  })

  it('Q1 a copy shares its filters with the original', async () => {
    const store = await filled()
    const conditions = [{ field: 'n', op: '>', value: 6 } as const]
    const answer = store.query({ where: { and: conditions } }, { scan: true })
    // A query is plain data, and a store does not change it.
    conditions.length = 0
    expect(keysOf(await collect(answer))).toEqual(['/a', '/c'])
  })
})
