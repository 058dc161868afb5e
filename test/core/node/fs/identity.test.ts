import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key, MountDatastore } from '../../../../src/core/index.ts'
import { FsDatastore, type FsOptions } from '../../../../src/core/node/fs/fs-datastore.ts'
import { type Datastore, openStoreOf } from '../../../../src/core/open/datastore.ts'
import { bytesOf } from './bytes-of.ts'
import { FaultyDisk } from './faulty-disk.ts'
import { TempRoots } from './temp-root.ts'

const roots = new TempRoots()
const opened: Datastore[] = []
let root: string
let disk: FaultyDisk

beforeEach(async () => {
  root = await roots.make()
  disk = new FaultyDisk()
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  await roots.remove()
})

async function open(path: string, options: FsOptions = {}): Promise<FsDatastore> {
  const store = await FsDatastore.open(path, { layout: 'plain', create: true, ...options }, disk)
  opened.push(store)
  return store
}

/** The operations that change the disk. */
function changes(): string[] {
  return disk.calls.filter(verb => !['open', 'read'].includes(verb))
}

describe('two folder stores under a mount', () => {
  it.each([
    ['one folder', () => [root, root], '/one/sub/a', '/other/sub/a'],
    ['a folder and one inside it', () => [root, join(root, 'sub')], '/one/sub/a', '/other/a'],
    ['a folder inside the other', () => [join(root, 'sub'), root], '/one/a', '/other/sub/a'],
    ['a folder and a link to it', () => [root, join(root, 'link')], '/one/sub/a', '/other/a'],
  ] as const)(
    'D5 F12 %s: a rename of a value onto itself keeps it and writes nothing',
    async (_, paths, from, to) => {
      const first = await open(join(root))
      await first.put(Key.parse('/sub/a'), bytesOf('value'))
      await symlink(join(root, 'sub'), join(root, 'link'))
      const [one, other] = await Promise.all(paths().map(path => open(path)))
      const mounts = new MountDatastore({ '/one': one as FsDatastore, '/other': other as FsDatastore })
      disk.calls.length = 0
      await mounts.rename(Key.parse(from), Key.parse(to))
      expect(changes()).toEqual([])
      expect(await mounts.get(Key.parse(to))).toEqual(bytesOf('value'))
    },
  )

  it('D5 F12 a rename to another file of the same folder moves the value', async () => {
    const [outer, inner] = [await open(root), await open(join(root, 'sub'))]
    await outer.put(Key.parse('/sub/a'), bytesOf('value'))
    const mounts = new MountDatastore({ '/outer': outer, '/inner': inner })
    await mounts.rename(Key.parse('/outer/sub/a'), Key.parse('/inner/b'))
    expect(await inner.has(Key.of('a'))).toBe(false)
    expect(await outer.get(Key.parse('/sub/b'))).toEqual(bytesOf('value'))
  })

  it('D5 F12 a key through a followed link has the identity of the target', async () => {
    const [outer, inner] = [await open(root, { followLinks: true }), await open(join(root, 'sub'))]
    await inner.put(Key.parse('/deep/a'), bytesOf('value'))
    await symlink('sub/deep', join(root, 'link'))
    const mounts = new MountDatastore({ '/outer': outer, '/inner': inner })
    await mounts.rename(Key.parse('/outer/link/a'), Key.parse('/inner/deep/a'))
    expect(await inner.get(Key.parse('/deep/a'))).toEqual(bytesOf('value'))
  })
})

it('F12 a key has the same identity before and after its folders are created', async () => {
  const store = await open(root)
  const identity = async () => openStoreOf(store).identity(Key.parse('/new/folder/a'))
  const before = await identity()
  await store.put(Key.parse('/new/folder/a'), bytesOf('value'))
  expect(await identity()).toBe(before)
})

describe('the etag of a value', () => {
  it('F13 is the same in every store over the folder', async () => {
    const [one, other] = [await open(root), await open(root)]
    const { etag } = await one.put(Key.of('a'), bytesOf('value'))
    expect((await other.stat(Key.of('a'))).etag).toBe(etag)
    expect(one.info).toEqual(other.info)
  })

  it('F13 matches in no store over another folder, even for the same file', async () => {
    const [outer, inner] = [await open(root), await open(join(root, 'sub'))]
    const { etag } = await inner.put(Key.of('a'), bytesOf('value'))
    expect(await outer.get(Key.parse('/sub/a'))).toEqual(bytesOf('value'))
    const put = outer.put(Key.parse('/sub/a'), bytesOf('other'), { ifMatch: etag })
    await expect(put).rejects.toMatchObject({ code: 'CONFLICT' })
  })
})
