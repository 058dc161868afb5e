import { spawn } from 'node:child_process'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { isLeftOver, nextTempName, ownIdentity } from '../../../../../src/core/node/fs/owned-name.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const key = Key.of('a', 'b')
const DAY = 24 * 60 * 60 * 1000
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

/** A name as given by a process that has ended. */
async function nameOfDead(): Promise<string> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise(resolve => child.once('close', resolve))
  return `${ownIdentity.host}-${child.pid ?? 0}-${ownIdentity.start}-0-1.tmp`
}

describe('isLeftOver', () => {
  it('F15 a file of this process is not left over, whatever its age', () => {
    expect(isLeftOver(nextTempName(), 1000 * DAY)).toBe(false)
  })

  it('F15 a file of a process that has ended is left over, also if its pid is used again', async () => {
    expect(isLeftOver(await nameOfDead(), 0)).toBe(true)
    const { host, pid } = ownIdentity
    if (ownIdentity.start !== '0') expect(isLeftOver(`${host}-${pid}-abc123-0-1.tmp`, 0)).toBe(true)
  })

  it('F15 a file of another machine or container is left over after a day', () => {
    const name = `ffffffffffff-1-abc-0-1.tmp`
    expect([isLeftOver(name, DAY - 1), isLeftOver(name, DAY + 1)]).toEqual([false, true])
  })

  it('F15 other files are never left over', () => {
    for (const name of ['notes.txt', 'a.tmp', '.tmp', `x${nextTempName()}`])
      expect(isLeftOver(name, 1000 * DAY)).toBe(false)
  })
})

describe.each(['strata', 'plain'] as const)('temporary files in layout %s', layout => {
  const folder = () => (layout === 'plain' ? join(root, '.strata-tmp') : join(root, '.strata', 'tmp'))
  const temps = () => readdir(folder()).catch(() => [])

  it('F15 opening removes the files of dead writers, and none of living ones', async () => {
    const first = await FsDatastore.open(root, { layout })
    await mkdir(folder(), { recursive: true })
    const dead = await nameOfDead()
    const living = nextTempName()
    const foreign = 'ffffffffffff-1-abc-0-1.tmp'
    const old = 'ffffffffffff-1-abc-0-2.tmp'
    for (const name of [dead, living, foreign, old, 'notes.txt']) await writeFile(join(folder(), name), 'x')
    await utimes(join(folder(), old), new Date(0), new Date(0))
    await using second = await FsDatastore.open(root, { layout })
    expect((await temps()).sort()).toEqual([foreign, living, 'notes.txt'].sort())
    expect(await second.list(Key.root)).toMatchObject({ total: 0 })
    await first.close()
  })

  it('F15 a store opened while another is writing does not remove its file', async () => {
    await using store = await FsDatastore.open(root, { layout })
    let finish: (() => void) | undefined
    const gate = new Promise<void>(resolve => {
      finish = resolve
    })
    let isBegun: (() => void) | undefined
    const begun = new Promise<void>(resolve => {
      isBegun = resolve
    })
    async function* slow(): AsyncIterable<Uint8Array> {
      yield new Uint8Array(100_000).fill(1)
      isBegun?.()
      await gate
      yield bytesOf('the end')
    }
    const put = store.put(key, slow())
    await begun
    expect(await temps()).toHaveLength(1)
    {
      await using other = await FsDatastore.open(root, { layout })
      expect(await other.has(Key.of('other'))).toBe(false)
    }
    expect(await temps()).toHaveLength(1)
    finish?.()
    await put
    expect((await store.stat(key)).size).toBe(100_007)
    expect(await temps()).toEqual([])
  })

  it('F4 a put that fails, is refused or is aborted leaves nothing', async () => {
    const disk = new FaultyDisk()
    await using store = await FsDatastore.open(root, { layout }, disk)
    await store.put(key, bytesOf('old'))
    const before = await pathsBelow(root)
    const abort = new AbortController()
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        yield new Uint8Array(70_000)
        abort.abort()
      }
    }
    async function* broken(): AsyncIterable<Uint8Array> {
      yield new Uint8Array(70_000)
      throw new Error('broken')
    }
    await expect(store.put(key, endless(), { signal: abort.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    await expect(store.put(Key.of('n', 'e', 'w'), broken())).rejects.toThrow('broken')
    await expect(store.put(key, bytesOf('new'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await expect(store.put(key, [bytesOf('new')].values(), { ifMatch: 'x' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    disk.failTimes('write', 'ENOSPC', 1)
    await expect(store.put(Key.of('n', 'e', 'w'), bytesOf('new'))).rejects.toMatchObject({ code: 'IO' })
    disk.fail('rename', path => (path.endsWith('.tmp') ? undefined : 'EIO'))
    await expect(store.put(Key.of('n', 'e', 'w'), bytesOf('new'))).rejects.toMatchObject({ code: 'IO' })
    await expect(store.put(Key.of('n', 'e', 'w'), [bytesOf('new')].values())).rejects.toMatchObject({
      code: 'IO',
    })
    expect(await pathsBelow(root)).toEqual(before)
    expect(await store.get(key)).toEqual(bytesOf('old'))
  })

  it('F4 the temporary folder is created again if somebody removes it', async () => {
    await using store = await FsDatastore.open(root, { layout })
    await store.put(key, bytesOf('1'))
    await rm(folder(), { recursive: true, force: true })
    await store.put(key, bytesOf('2'))
    expect(await store.get(key)).toEqual(bytesOf('2'))
  })
})

describe('in layout plain', () => {
  it('F4 editing a file leaves no other trace, even with concurrent writes', async () => {
    await mkdir(join(root, 'sub'))
    await writeFile(join(root, 'sub', 'file'), 'old')
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    await using other = await FsDatastore.open(root, { layout: 'plain' })
    const puts = Array.from({ length: 40 }, (_, index) =>
      (index % 2 === 0 ? store : other).put(Key.of('sub', 'file'), bytesOf(`value ${index}`)),
    )
    await Promise.all(puts)
    expect(await pathsBelow(root)).toEqual(['sub/', 'sub/file'])
    expect(await store.get(Key.of('sub', 'file'))).toEqual(bytesOf('value 39'))
  })

  it('F4 the temporary folder is never listed, and no key leads into it', async () => {
    await mkdir(join(root, '.strata-tmp'))
    await writeFile(join(root, '.strata-tmp', 'x'), 'x')
    await mkdir(join(root, 'a', '.strata-tmp'), { recursive: true })
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['a'])
    expect((await store.list(Key.of('a'))).total).toBe(0)
    expect((await store.list(Key.of('.strata-tmp'))).total).toBe(0)
    expect((await store.stats()).entries).toBe(0)
    const hidden = Key.of('.strata-tmp', 'x')
    expect(await store.has(hidden)).toBe(false)
    await expect(store.put(hidden, bytesOf('y'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(store.delete(hidden)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each(['EACCES', 'EROFS'])(
    'F4 if the temporary folder cannot be created in the root (%s), it is created beside the value',
    async code => {
      await mkdir(join(root, 'mine'))
      await writeFile(join(root, 'mine', 'file'), 'old')
      const disk = new FaultyDisk()
      disk.fail('mkdir', path => (path === join(root, '.strata-tmp') ? code : undefined))
      await using store = await FsDatastore.open(root, { layout: 'plain' }, disk)
      await store.put(Key.of('mine', 'file'), bytesOf('new'))
      await store.put(Key.of('mine', 'streamed'), [bytesOf('new')].values())
      expect(await store.get(Key.of('mine', 'file'))).toEqual(bytesOf('new'))
      expect(await pathsBelow(root)).toEqual(['mine/', 'mine/file', 'mine/streamed'])
    },
  )
})

describe.each(['strata', 'plain'] as const)('across file systems, layout %s', layout => {
  it('F4 a value in a folder on another disk is staged there', async () => {
    const disk = new FaultyDisk()
    await using store = await FsDatastore.open(root, { layout }, disk)
    await store.put(key, bytesOf('old'))
    const before = await pathsBelow(root)
    for (const value of [bytesOf('new'), [bytesOf('newer')]]) {
      disk.failTimes('rename', 'EXDEV', 1)
      const { etag } = await store.put(key, value)
      expect((await store.stat(key)).etag).toBe(etag)
    }
    expect(await store.get(key)).toEqual(bytesOf('newer'))
    expect(await pathsBelow(root)).toEqual(before)
    disk.failTimes('link', 'EXDEV', 1)
    await store.put(Key.of('a', 'c'), bytesOf('c'), { replace: false })
    expect(await store.get(Key.of('a', 'c'))).toEqual(bytesOf('c'))
  })

  it('D5 a rename to another disk copies, then removes', async () => {
    const disk = new FaultyDisk()
    await using store = await FsDatastore.open(root, { layout }, disk)
    await store.put(key, new Uint8Array(3_000_000).fill(7))
    disk.failTimes('rename', 'EXDEV', 1)
    await store.rename(key, Key.of('c', 'd'))
    expect((await store.get(Key.of('c', 'd'))).length).toBe(3_000_000)
    expect(await store.has(key)).toBe(false)
    expect((await store.stats()).entries).toBe(1)
    expect(
      (await pathsBelow(root)).filter(path => path.includes('tmp') && !path.startsWith('.strata/')),
    ).toEqual([])
  })
})
