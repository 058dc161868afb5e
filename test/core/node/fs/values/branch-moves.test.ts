import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MountDatastore } from '../../../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../../../src/core/adapters/namespace.ts'
import type { BinaryDatastore } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import { readOnly } from '../../../../../src/core/layers/lock.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { MemoryDatastore } from '../../../../../src/core/stores/memory.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const key = Key.parse
const bytes = (text: string) => new TextEncoder().encode(text)
const LONG = 'x'.repeat(300)

async function keysOf(store: BinaryDatastore): Promise<string[]> {
  const entries = await collect(store.query({ keysOnly: true }, { scan: true }))
  return entries.map(entry => entry.key.toString())
}

async function fill(store: BinaryDatastore, keys: readonly string[]): Promise<void> {
  for (const one of keys) await store.put(key(one), bytes(one))
}

describe.each(['strata', 'plain', 'datastore-fs'] as const)('branches of a folder of layout %s', layout => {
  async function open(): Promise<{ store: FsDatastore; root: string; outside: string }> {
    const [root, outside] = [await roots.make(), join(await roots.make(), 'aside')]
    return { root, outside, store: await FsDatastore.open(root, { layout, setAside: outside }) }
  }

  it('D69 moves everything below a key in one step, and lists are correct before and after', async () => {
    const { store } = await open()
    await fill(store, ['/a/b', '/a/c/d', '/ab'])
    await store.list(key('/a'))
    expect(await store.moveBranch(key('/a'), key('/x/y'))).toBe('moved')
    expect(await keysOf(store)).toEqual(['/ab', '/x/y/b', '/x/y/c/d'])
    expect((await store.list(key('/a'))).children).toEqual([])
    expect((await store.list(key('/x/y/c'))).children.map(child => child.name)).toEqual(['d'])
    await fill(store, ['/a/b'])
    expect((await store.list(key('/a'))).children).toHaveLength(1)
    await store.close()
  })

  it('D69 does not move to an existing branch, into itself, or from an absent branch', async () => {
    const { store } = await open()
    await fill(store, ['/a/b', '/x/y'])
    expect(await store.moveBranch(key('/a'), key('/x'))).toBe('exists')
    expect(await store.moveBranch(key('/a'), key('/a/b/c'))).toBe('unsupported')
    expect(await store.moveBranch(key('/none'), key('/new/place'))).toBe('absent')
    expect(await store.moveBranch(Key.root, key('/new'))).toBe('unsupported')
    expect(await keysOf(store)).toEqual(['/a/b', '/x/y'])
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['a', 'x'])
    await store.close()
  })

  it('D70 sets a branch aside where no key leads to it, takes it back, and discards it', async () => {
    const { store, root, outside } = await open()
    await fill(store, ['/a/b', '/a/c/d', '/z'])
    expect(await store.moveBranch(key('/a'), { aside: 'one' })).toBe('moved')
    expect(await keysOf(store)).toEqual(['/z'])
    if (layout === 'plain') expect(await readdir(root)).toEqual(['z'])
    expect(await store.moveBranch({ aside: 'one' }, key('/a'))).toBe('moved')
    expect(await keysOf(store)).toEqual(['/a/b', '/a/c/d', '/z'])
    await store.moveBranch(key('/a'), { aside: 'two' })
    await store.discardBranch({ aside: 'two' })
    expect(await store.moveBranch({ aside: 'two' }, key('/a'))).toBe('absent')
    expect(await readdir(layout === 'plain' ? outside : join(root, '.strata/aside'))).toEqual([])
    await store.close()
  })

  it('D12 D69 a watch reports the keys of a branch that moves', async () => {
    const { store } = await open()
    await fill(store, ['/a/b'])
    const stop = new AbortController()
    const seen = new Set<string>()
    const watching = (async () => {
      for await (const { type, key: changed } of store.watch(Key.root, { signal: stop.signal })) {
        seen.add(`${type} ${changed.toString()}`)
        if (seen.has('put /n/b') && seen.has('delete /a/b')) return
      }
    })()
    // The first pull was made, but the watch reports a branch only after it has scanned the folders.
    await expect
      .poll(async () => {
        await store.put(key('/w'), bytes('w'))
        return seen.has('put /w')
      })
      .toBe(true)
    await expect
      .poll(async () => {
        await store.moveBranch(key('/a'), key('/n'))
        await store.moveBranch(key('/n'), key('/a'))
        return await store.moveBranch(key('/a'), key('/n'))
      })
      .toBe('moved')
    await watching
    stop.abort()
    await store.close()
  })
})

describe('branches', () => {
  it('D69 entries that are not keys move with the branch of a plain folder', async () => {
    const root = await roots.make()
    await mkdir(join(root, 'a/empty'), { recursive: true })
    await writeFile(join(root, 'a/b'), 'b')
    await symlink('nowhere', join(root, 'a/link'))
    const store = await FsDatastore.open(root, { layout: 'plain' })
    expect(await store.moveBranch(key('/a'), key('/n'))).toBe('moved')
    expect((await readdir(join(root, 'n'))).sort()).toEqual(['b', 'empty', 'link'])
    await store.close()
  })

  it('D70 a plain folder without a place outside cannot set a branch aside', async () => {
    const root = await roots.make()
    const store = await FsDatastore.open(root, { layout: 'plain' })
    await fill(store, ['/a/b'])
    expect(await store.moveBranch(key('/a'), { aside: 'one' })).toBe('unsupported')
    const inside = await FsDatastore.open(root, { layout: 'plain', setAside: join(root, 'deleted') })
    expect(await inside.moveBranch(key('/a'), { aside: 'one' })).toBe('unsupported')
    expect(await readdir(root)).toEqual(['a'])
    await store.close()
    await inside.close()
  })

  it('F24 D69 labels of shortened names move with the branch, and are removed at the old path', async () => {
    const root = await roots.make()
    const store = await FsDatastore.open(root)
    await fill(store, [`/${LONG}/b`])
    expect(await store.moveBranch(key(`/${LONG}`), key('/short'))).toBe('moved')
    expect((await readdir(root)).sort()).toEqual(['.strata', 'short'])
    expect(await store.moveBranch(key('/short'), key(`/${LONG}`))).toBe('moved')
    expect(await keysOf(store)).toEqual([`/${LONG}/b`])
    await store.close()
  })

  it('D69 passes through namespaces and mounts, except if a store is mounted in the branch', async () => {
    const folder = await FsDatastore.open(await roots.make())
    const mounted = new MountDatastore({
      '/m': new NamespaceDatastore(folder, key('/n')),
      '/m/other': new MemoryDatastore(),
    })
    await fill(mounted, ['/m/a/b', '/m/other/c'])
    expect(await mounted.moveBranch(key('/m/a'), key('/m/z'))).toBe('moved')
    expect(await keysOf(folder)).toEqual(['/n/z/b'])
    expect(await mounted.moveBranch(key('/m/z'), key('/m/other/z'))).toBe('unsupported')
    expect(await mounted.moveBranch(key('/m'), key('/x'))).toBe('unsupported')
    expect(await mounted.moveBranch(key('/m/z'), { aside: 'one' })).toBe('moved')
    expect(await mounted.moveBranch({ aside: 'one' }, key('/m/z'))).toBe('moved')
    await mounted.discardBranch({ aside: 'one' })
    await mounted.close()
  })

  it('D69 is rejected by a read-only store, and unsupported where no store supports it', async () => {
    const memory = new MemoryDatastore()
    await fill(memory, ['/a/b'])
    expect(await memory.moveBranch(key('/a'), key('/b'))).toBe('unsupported')
    expect(await memory.branchFolder(key('/a'))).toBeUndefined()
    await expect(readOnly(memory).moveBranch(key('/a'), key('/b'))).rejects.toMatchObject({
      code: 'READ_ONLY',
    })
    await expect(memory.moveBranch(key('/a'), Key.root)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await memory.close()
  })

  it('D71 returns the folder of a branch, which another store of the same layout can read', async () => {
    const root = await roots.make()
    const store = await FsDatastore.open(root)
    await fill(store, ['/A/b'])
    const found = await store.branchFolder(key('/A'))
    expect(await readFile(join(found?.path ?? '', 'b.val'), 'utf8')).toBe('/A/b')
    const other = await FsDatastore.open(await roots.make())
    expect((await other.branchFolder(key('/A')))?.form).toBe(found?.form)
    const flat = await FsDatastore.open(await roots.make(), { layout: 'flatfs' })
    expect(await flat.branchFolder(key('/A'))).toBeUndefined()
    for (const each of [store, other, flat]) await each.close()
  })
})
