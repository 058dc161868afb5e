import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as PeerKey } from 'interface-datastore'
import { createStorage } from 'unstorage'
import fsDriver from 'unstorage/drivers/fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/index.ts'
import { FsDatastore } from '../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from './bytes-of.ts'
import { selfDescribed, serialOf } from './crash/self-described.ts'
import { TempRoots } from './temp-root.ts'

/*
 * What stores like this one get wrong. Each scenario ends well here; where the peer is at hand it is run too, so that the
 * scenario is known to show what it is meant to.
 */
const roots = new TempRoots()
let root: string
let store: FsDatastore

beforeEach(async () => {
  root = await roots.make()
  store = await FsDatastore.open(join(root, 'ours'))
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe('datastore-fs', () => {
  const openPeer = async () => {
    const peer = new PeerFs(join(root, 'peer'))
    await peer.open()
    return peer
  }

  it('F5 200 puts of one key at once leave one value whole', async () => {
    const values = Array.from({ length: 200 }, (_, index) => selfDescribed(index, (index * 7919) % 60_000))
    const key = Key.of('key')
    await Promise.all(values.map(value => store.put(key, value)))
    expect(serialOf(await store.get(key))).toBe(199)
    const reads = Array.from({ length: 200 }, async (_, index) => {
      await store.put(key, values[index] ?? new Uint8Array())
      return serialOf(await store.get(key))
    })
    await Promise.all(reads)
  })

  it('D4 keys that begin with a dot are listed', async () => {
    const peer = await openPeer()
    await peer.put(new PeerKey('/folder/.dot'), bytesOf('x'))
    const listed: string[] = []
    for await (const key of peer.queryKeys({})) listed.push(key.toString())
    expect(listed).toEqual([])
    await store.put(Key.of('folder', '.dot'), bytesOf('x'))
    expect((await store.list(Key.of('folder'))).children.map(child => child.name)).toEqual(['.dot'])
  })

  it('D18 an aborted or impossible read is not "not found"', async () => {
    const peer = await openPeer()
    await peer.put(new PeerKey('/key'), bytesOf('x'))
    const signal = AbortSignal.abort()
    await expect(peer.get(new PeerKey('/key'), { signal })).rejects.toMatchObject({ name: 'NotFoundError' })
    await store.put(Key.of('key'), bytesOf('x'))
    await expect(store.get(Key.of('key'), { signal })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('F3 no key leads outside', async () => {
    const peer = await openPeer()
    const escape = `/../../${basename(dirname(root))}-evil-${basename(root)}`
    expect(new PeerKey(escape).toString()).toContain('..')
    await peer.put(new PeerKey('/../evil'), bytesOf('x'))
    expect(await readdir(root)).toContain('evil.data')
    expect(() => Key.parse('/../evil')).toThrow()
    expect(() => Key.of('..', 'evil')).toThrow()
    expect((await readdir(root)).sort()).toEqual(['evil.data', 'ours', 'peer'])
  })
})

describe('unstorage', () => {
  it('F2 a value and one below it live side by side', async () => {
    const peer = createStorage({ driver: fsDriver({ base: join(root, 'peer') }) })
    await peer.setItemRaw('foo', bytesOf('x'))
    await expect(peer.setItemRaw('foo:bar', bytesOf('y'))).rejects.toThrow()
    await store.put(Key.of('foo'), bytesOf('x'))
    await store.put(Key.of('foo', 'bar'), bytesOf('y'))
    expect(await store.get(Key.of('foo'))).toEqual(bytesOf('x'))
    expect(await store.get(Key.of('foo', 'bar'))).toEqual(bytesOf('y'))
    await peer.dispose()
  })

  it('D18 what is below a value is absent, and no error comes back as a value', async () => {
    await store.put(Key.of('foo'), bytesOf('x'))
    await expect(store.get(Key.of('foo', 'bar'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('D1 digits come back as the bytes they are', async () => {
    const peer = createStorage({ driver: fsDriver({ base: join(root, 'peer') }) })
    await peer.setItem('n', '123')
    expect(await peer.getItem('n')).toBe(123)
    await store.put(Key.of('n'), bytesOf('123'))
    expect(await store.get(Key.of('n'))).toEqual(bytesOf('123'))
    await peer.dispose()
  })
})

describe('py-datastore and flatfs', () => {
  it('F2 keys that differ in suffix, separator or case are different keys', async () => {
    const texts = ['/foo', '/foo.txt', '/foo.json', '/foo.data', '/a:b', '/a/b', '/Key', '/key', '/KEY']
    for (const text of texts) await store.put(Key.parse(text), bytesOf(text))
    for (const text of texts) expect(await store.get(Key.parse(text))).toEqual(bytesOf(text))
  })

  it('F3 colons and dots lead nowhere', async () => {
    await store.put(Key.parse('/e:..:..:x'), bytesOf('x'))
    expect(await readdir(root)).toEqual(['ours'])
    expect(await store.get(Key.parse('/e:..:..:x'))).toEqual(bytesOf('x'))
  })

  it('F5 the last writer wins, not the first', async () => {
    for (const value of ['first', 'second', 'last']) await store.put(Key.of('k'), bytesOf(value))
    expect(await store.get(Key.of('k'))).toEqual(bytesOf('last'))
  })
})
