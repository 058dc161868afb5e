import { MemoryDatastore as PeerMemory } from 'datastore-core'
import { describe, expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { fromInterfaceDatastore } from '../../../src/core/interop/from-interface-datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { fault } from '../../../src/core/layers/fault.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { serialized } from '../../../src/core/open/datastore.ts'
import { json } from '../../../src/core/serializers/json.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { collect, expectFailure, listAll, walkKeys } from '../../../src/testkit/suite.ts'

const key = (text: string) => Key.parse(text)
const value = Uint8Array.of(1)

function tree() {
  const [root, films, deep] = [new MemoryDatastore(), new MemoryDatastore(), new MemoryDatastore()]
  return {
    root,
    films,
    deep,
    mounted: new MountDatastore({ '/': root, '/films': films, '/films/new/2026': deep }),
  }
}

describe('MountDatastore', () => {
  it('M1 the deepest mount point that is an ancestor gets the key, relative to its prefix', async () => {
    const { root, films, deep, mounted } = tree()
    await mounted.put(key('/films/Brazil'), value)
    await mounted.put(key('/films/new/2026/Dune'), value)
    await mounted.put(key('/filmstock'), value)
    expect(await walkKeys(films)).toEqual(['/Brazil'])
    expect(await walkKeys(deep)).toEqual(['/Dune'])
    expect(await walkKeys(root)).toEqual(['/filmstock'])
  })

  it('M1 put() rejects a mount point, which is the root of a store', async () => {
    const { mounted } = tree()
    const refused = { code: 'KEY_INVALID' }
    await expect(mounted.put(key('/films'), value)).rejects.toMatchObject(refused)
    const batch = mounted.batch()
    batch.put(key('/films'), value)
    await expect(batch.commit()).rejects.toMatchObject(refused)
    expect(await mounted.has(key('/films'))).toBe(false)
  })

  it('M1 list() restores the prefix, shows mount points as branches and each child once', async () => {
    const { root, mounted } = tree()
    await mounted.put(key('/films/Brazil'), value)
    await mounted.put(key('/films/new/2026/Dune'), value)
    await mounted.put(key('/films/new/trailer'), value)
    await root.put(key('/films/hidden'), value)
    await root.put(key('/plays/Hamlet'), value)
    expect(await walkKeys(mounted)).toEqual([
      '/films/Brazil',
      '/films/new/2026/Dune',
      '/films/new/trailer',
      '/plays/Hamlet',
    ])
    expect((await mounted.list(Key.root)).children).toMatchObject([
      { name: 'films', isValue: false, isBranch: true },
      { name: 'plays', isValue: false, isBranch: true },
    ])
  })

  it('M1 list() pages over mount points and children alike, in both directions', async () => {
    const { root, mounted } = tree()
    for (const name of ['a', 'e', 'g', 'z']) await root.put(key(`/${name}`), value)
    for (const limit of [1, 2, 3, 10]) {
      const up = await listAll(mounted, Key.root, { limit })
      expect(up.map(child => child.name)).toEqual(['a', 'e', 'films', 'g', 'z'])
      const down = await listAll(mounted, Key.root, { limit, reverse: true })
      expect(down.map(child => child.name)).toEqual(['z', 'g', 'films', 'e', 'a'])
    }
  })

  it('M1 putNew() returns the whole key as the caller sees it', async () => {
    const { mounted, films } = tree()
    const made = await mounted.putNew(key('/films/actors'), value)
    expect(key('/films/actors').isAncestorOf(made)).toBe(true)
    expect(await mounted.get(made)).toEqual(value)
    expect(await films.has(made.relativeTo(key('/films')))).toBe(true)
  })

  it('M1 a key below no mount point is NOT_FOUND to read and UNSUPPORTED to write', async () => {
    const mounted = new MountDatastore({ '/a': new MemoryDatastore() })
    await expect(mounted.get(key('/ab'))).rejects.toMatchObject({ code: 'NOT_FOUND', key: key('/ab') })
    await expect(mounted.put(key('/ab'), value)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect((await mounted.list(Key.root)).children).toMatchObject([{ name: 'a', isBranch: true }])
  })

  it('M1 errors name the key that the caller used', async () => {
    const { mounted } = tree()
    await expect(mounted.get(key('/films/nope'))).rejects.toMatchObject({
      name: 'NotFoundError',
      key: key('/films/nope'),
      message: 'Cannot get "/films/nope": there is no such key',
    })
  })

  it('M1 mount() and unmount() at run time change what is visible, and close nothing', async () => {
    const { films, mounted } = tree()
    await mounted.put(key('/films/Brazil'), value)
    expect(mounted.unmount(key('/films'))).toBe(films)
    expect(await mounted.has(key('/films/Brazil'))).toBe(false)
    expect(await films.has(key('/Brazil'))).toBe(true)
    mounted.mount(key('/archive'), films)
    expect(await mounted.get(key('/archive/Brazil'))).toEqual(value)
    expect(() => mounted.mount(key('/archive'), films)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
    expect(() => mounted.unmount(key('/nope'))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('M1 rename() between mounts moves the value', async () => {
    const { films, root, mounted } = tree()
    await mounted.put(key('/films/Brazil'), value)
    await mounted.rename(key('/films/Brazil'), key('/Brazil'))
    expect([await films.has(key('/Brazil')), await root.has(key('/Brazil'))]).toEqual([false, true])
  })

  it('M1 rename() between mounts names the existing key, where both have the same key below', async () => {
    const { mounted } = tree()
    await mounted.put(key('/films/Brazil'), value)
    await mounted.put(key('/films/new/2026/Brazil'), value)
    const [from, to] = [key('/films/Brazil'), key('/films/new/2026/Brazil')]
    await expectFailure(mounted.rename(from, to, { replace: false }), 'ALREADY_EXISTS', to)
    await expectFailure(mounted.rename(key('/films/nope'), key('/nope')), 'NOT_FOUND', key('/films/nope'))
  })

  it('M1 rename() between mounts moves the version that it deletes, not an older copy of it', async () => {
    const below = new MemoryDatastore()
    const mounted = new MountDatastore({ '/cached': cache(below), '/plain': new MemoryDatastore() })
    await mounted.put(key('/cached/a'), Uint8Array.of(1))
    await below.put(key('/a'), Uint8Array.of(2))
    await mounted.rename(key('/cached/a'), key('/plain/a'))
    expect(await mounted.get(key('/plain/a'))).toEqual(Uint8Array.of(2))
  })

  it('M1 D22 rename() between two names of one value leaves the value unchanged', async () => {
    const store = new MemoryDatastore()
    const mounted = new MountDatastore({
      '/all': store,
      '/some': new NamespaceDatastore(store, key('/some')),
    })
    await mounted.put(key('/some/a'), value)
    const before = await store.stat(key('/some/a'))
    await mounted.rename(key('/all/some/a'), key('/some/a'))
    await mounted.rename(key('/some/a'), key('/all/some/a'), { replace: false })
    expect(await store.stat(key('/some/a'))).toEqual(before)
    expect(await walkKeys(store)).toEqual(['/some/a'])
    await expectFailure(mounted.rename(key('/all/some/b'), key('/some/b')), 'NOT_FOUND', key('/all/some/b'))
  })

  it('M1 D22 rename() distinguishes a value from its copy where etags are derived from the bytes', async () => {
    const theirs = new PeerMemory()
    const mounted = new MountDatastore({
      '/one': fromInterfaceDatastore(theirs),
      '/two': fromInterfaceDatastore(theirs),
      '/other': fromInterfaceDatastore(new PeerMemory()),
    })
    await mounted.put(key('/one/a'), value)
    await mounted.rename(key('/one/a'), key('/two/a'))
    expect(await mounted.get(key('/one/a'))).toEqual(value)
    await mounted.rename(key('/one/a'), key('/other/a'))
    expect(await mounted.has(key('/one/a'))).toBe(false)
    expect(await mounted.get(key('/other/a'))).toEqual(value)
    expect(await collect(mounted.query({ keysOnly: true }, { scan: true }))).toHaveLength(1)
  })

  it('M1 D17 D20 stores with different value encodings cannot share a tree', async () => {
    const objects = serialized(new MemoryDatastore(), json)
    const mounted = new MountDatastore<unknown>({ '/films': objects })
    await mounted.put(key('/films/Brazil'), { year: 1985 })
    expect(await mounted.get(key('/films/Brazil'))).toEqual({ year: 1985 })
    expect(mounted.capabilities.objects).toBe(true)
    expect(() => mounted.mount(key('/bytes'), new MemoryDatastore())).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })

  it('M1 D17 capabilities are those of the stores that are mounted now', () => {
    const mounted = new MountDatastore({ '/': new MemoryDatastore() })
    const above = new NamespaceDatastore(mounted, key('/a'))
    expect(above.capabilities.query).toBe('native')
    mounted.mount(key('/null'), new NullDatastore())
    expect(above.capabilities.query).toBe(new NullDatastore().capabilities.query)
    expect(above.capabilities.query).not.toBe('native')
    mounted.unmount(key('/null'))
    expect(above.capabilities.query).toBe('native')
  })

  it('M1 D17 a read-only store rejects its own writes, and no others', async () => {
    const tree = new MountDatastore({
      '/': new MemoryDatastore(),
      '/shared': readOnly(new MemoryDatastore()),
    })
    expect(tree.capabilities.writable).toBe(true)
    await tree.put(Key.parse('/own'), Uint8Array.of(1))
    const key = Key.parse('/shared/theirs')
    await expect(tree.put(key, Uint8Array.of(1))).rejects.toMatchObject({ code: 'READ_ONLY', key })
  })

  it('M1 D4 has() of a key below no mount point is false, and queries may begin there', async () => {
    const mounted = new MountDatastore({ '/films': new MemoryDatastore() })
    await mounted.put(key('/films/Brazil'), value)
    expect(await mounted.has(key('/books'))).toBe(false)
    const query = { where: { field: 'key', op: '>=', value: '/books' } } as const
    expect((await collect(mounted.query(query))).map(entry => String(entry.key))).toEqual(['/films/Brazil'])
  })

  it('M1 D18 failures of whole levels and stores name the keys of the caller', async () => {
    const mounted = new MountDatastore({ '/films': fault(new MemoryDatastore(), { isOffline: true }) })
    await expectFailure(mounted.list(key('/films')), 'CONNECTION', key('/films'))
    await expectFailure(mounted.list(key('/films/new')), 'CONNECTION', key('/films/new'))
    await expectFailure(collect(mounted.query({ prefix: '/films' })), 'CONNECTION', key('/films'))
    await expectFailure(mounted.sync(), 'CONNECTION', key('/films'))
    await expectFailure(mounted.stats(), 'CONNECTION', key('/films'))
  })
})
