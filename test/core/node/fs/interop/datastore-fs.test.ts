import { join } from 'node:path'
import { ShardingDatastore, shard } from 'datastore-core'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as PeerKey } from 'interface-datastore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const texts = [
  '/a',
  '/a/b',
  '/a/b/c',
  '/Comedy/Actor:John Cleese',
  '/ümlaut/ключ',
  '/x.data',
  '/with space/%41',
]
let path: string

beforeEach(async () => {
  path = join(await roots.make(), 'store')
})
afterEach(() => roots.remove())

async function openPeer(): Promise<PeerFs> {
  const peer = new PeerFs(path)
  await peer.open()
  return peer
}

/** The values that the peer sees, as text. */
async function seenBy(
  peer: Pick<PeerFs, 'query'> | ShardingDatastore,
): Promise<Readonly<Record<string, string>>> {
  const seen: Record<string, string> = {}
  for await (const { key, value } of peer.query({})) seen[key.toString()] = Buffer.from(value).toString()
  return seen
}

const textAt = async (store: FsDatastore, text: string) =>
  Buffer.from(await store.get(Key.parse(text))).toString()

describe('folders of datastore-fs', () => {
  it('I1 F26 values written by it are read, edited and deleted here, and it reads the result', async () => {
    const peer = await openPeer()
    for (const text of texts) await peer.put(new PeerKey(text), bytesOf(`theirs ${text}`))

    await using store = await FsDatastore.open(path, { layout: 'datastore-fs' })
    expect((await walkKeys(store)).sort()).toEqual([...texts].sort())
    for (const text of texts) expect(await textAt(store, text)).toBe(`theirs ${text}`)
    expect(await store.stats()).toMatchObject({ entries: texts.length, accuracy: 'exact' })
    await store.put(Key.parse('/a'), bytesOf('ours'))
    await store.rename(Key.parse('/a/b/c'), Key.parse('/moved/c'))
    await store.delete(Key.parse('/x.data'))
    await store.put(Key.parse('/new/deep/er'), bytesOf('new'))

    const left = texts.filter(text => !['/a', '/a/b/c', '/x.data'].includes(text))
    expect(await seenBy(peer)).toEqual({
      ...Object.fromEntries(left.map(text => [text, `theirs ${text}`])),
      '/a': 'ours',
      '/moved/c': 'theirs /a/b/c',
      '/new/deep/er': 'new',
    })
  })

  it('I1 F26 values written here are read, edited and deleted by it, and the changes are visible here', async () => {
    await using store = await FsDatastore.open(path, { layout: 'datastore-fs' })
    for (const text of texts) await store.put(Key.parse(text), bytesOf(`ours ${text}`))
    const peer = await openPeer()
    expect(await seenBy(peer)).toEqual(Object.fromEntries(texts.map(text => [text, `ours ${text}`])))
    await peer.put(new PeerKey('/a/b'), bytesOf('theirs'))
    await peer.delete(new PeerKey('/a'))
    await peer.put(new PeerKey('/late'), bytesOf('late'))
    expect(await textAt(store, '/a/b')).toBe('theirs')
    expect(await store.has(Key.parse('/a'))).toBe(false)
    expect((await walkKeys(store)).sort()).toEqual([...texts.filter(text => text !== '/a'), '/late'].sort())
  })

  it('I1 F26 S4 a folder sharded by datastore-core is read and edited shard by shard', async () => {
    const openSharded = async () => {
      const peer = new ShardingDatastore(await openPeer(), new shard.NextToLast(2))
      await peer.open()
      return peer
    }
    const peer = await openSharded()
    const names = ['CIQABC', 'CIQDEF', 'X', 'AFKREIA22FLID5AJ2KU7URG47MDLROZIH6YF2KALU2PWEFPVI37YLKRSCA']
    for (const name of names) await peer.put(new PeerKey(name), bytesOf(name))

    await using store = await FsDatastore.open(path, { layout: 'datastore-fs' })
    expect(await textAt(store, '/SHARDING')).toBe('/repo/flatfs/shard/v1/next-to-last/2\n')
    expect(await textAt(store, '/AB/CIQABC')).toBe('CIQABC')
    expect(await textAt(store, `/SC/${names[3]}`)).toBe(names[3])
    await store.put(Key.parse('/AB/CIQABC'), bytesOf('ours'))
    await store.delete(Key.parse('/DE/CIQDEF'))
    await store.put(Key.parse('/EW/CIQNEWX'), bytesOf('new'))

    const again = await openSharded()
    expect(Buffer.from(await again.get(new PeerKey('/CIQABC'))).toString()).toBe('ours')
    expect(await again.has(new PeerKey('/CIQDEF'))).toBe(false)
    expect(Object.keys(await seenBy(again)).sort()).toEqual(
      ['/CIQABC', '/CIQNEWX', '/X', `/${names[3]}`].sort(),
    )
  })

  it('F26 a store with another extension is read, and the extension is recorded', async () => {
    const peer = new PeerFs(path, { extension: '.blob' })
    await peer.open()
    await peer.put(new PeerKey('/a/b'), bytesOf('theirs'))
    const store = await FsDatastore.open(path, { layout: 'datastore-fs', extension: '.blob' })
    expect(await textAt(store, '/a/b')).toBe('theirs')
    await store.close()
    await using again = await FsDatastore.open(path, { layout: 'datastore-fs' })
    expect(await textAt(again, '/a/b')).toBe('theirs')
    await expect(FsDatastore.open(path, { layout: 'datastore-fs', extension: '.data' })).rejects.toThrow(
      /its values end in "\.blob", not in "\.data"/,
    )
  })
})
