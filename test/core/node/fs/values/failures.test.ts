import { mkdirSync, rmSync } from 'node:fs'
import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatastoreError, Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { renameFile } from '../../../../../src/core/node/fs/staged-file.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk, systemError } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const key = Key.of('a', 'b')
let root: string
let disk: FaultyDisk
let store: FsDatastore

beforeEach(async () => {
  root = await roots.make()
  disk = new FaultyDisk()
  store = await FsDatastore.open(root, {}, disk)
  await store.put(key, bytesOf('old'))
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe('failures of the file system', () => {
  it('F9 D18 a folder created at the path of a new value at the last moment is a CONFLICT', async () => {
    await using plain = await FsDatastore.open(join(root, 'plain'), { layout: 'plain', create: true }, disk)
    disk.fail('link', path => {
      mkdirSync(path)
      return undefined
    })
    const put = plain.put(Key.of('x'), bytesOf('new'), { replace: false })
    await expect(put).rejects.toMatchObject({ code: 'CONFLICT', key: Key.of('x') })
  })

  it.each([
    ['write', 'ENOSPC', 'IO', 'the disk is full'],
    ['write', 'EDQUOT', 'IO', 'the disk quota is used up'],
    ['write', 'EIO', 'IO', 'the file system failed (EIO)'],
    ['write', 'EFBIG', 'IO', 'too large for this file system'],
    ['open', 'EMFILE', 'IO', 'this process has too many files open'],
    ['open', 'EACCES', 'ACCESS_DENIED', 'permission denied'],
    ['rename', 'EPERM', 'ACCESS_DENIED', 'permission denied'],
    ['rename', 'EROFS', 'READ_ONLY', 'the file system is read-only'],
    ['rename', 'EISDIR', 'CONFLICT', 'a folder stands in its place'],
    ['open', 'ENAMETOOLONG', 'KEY_INVALID', 'too long for this file system'],
  ] as const)('D18 a put whose %s fails with %s is %s', async (verb, system, code, state) => {
    disk.fail(verb, () => system)
    const error: unknown = await store.put(key, bytesOf('new')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DatastoreError)
    expect(error).toMatchObject({ code, key, cause: { code: system } })
    expect((error as Error).message).toMatch(/^Cannot put "\/a\/b": /)
    expect((error as Error).message).toContain(state)
    disk.fail(verb, () => undefined)
    expect(await store.get(key)).toEqual(bytesOf('old'))
  })

  it('D18 a value larger than memory is UNSUPPORTED, names its key, and can be read in ranges', async ctx => {
    if (process.platform === 'win32') ctx.skip('a file of holes takes room on Windows')
    await using plain = await FsDatastore.open(join(root, 'large'), { layout: 'plain', create: true })
    await plain.put(Key.of('a'), bytesOf('start'))
    // A sparse file, which takes no space.
    await truncate(join(root, 'large', 'a'), 2 ** 40)
    await expect(plain.get(Key.of('a'))).rejects.toMatchObject({ code: 'UNSUPPORTED', key: Key.of('a') })
    const chunks = await collect(plain.getStream(Key.of('a'), { start: 0, end: 5 }))
    expect(Buffer.concat(chunks).toString()).toBe('start')
  })

  it('D18 an unreadable value is an error for get, has and stat, never absent', async () => {
    // A folder opened by a call stays open for others until the turn ends.
    await setImmediate()
    disk.fail('open', () => 'EACCES')
    for (const [verb, call] of [
      ['get', () => store.get(key)],
      ['look up', () => store.has(key)],
      ['stat', () => store.stat(key)],
      ['list', () => store.list(Key.of('a'))],
    ] as const) {
      const error: unknown = await call().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
      expect((error as Error).message).toMatch(new RegExp(`^Cannot ${verb} "/a`))
    }
    disk.fail('open', () => undefined)
    disk.fail('read', () => 'EIO')
    await expect(store.get(key)).rejects.toMatchObject({ code: 'IO' })
    const stream = async () => {
      for await (const chunk of store.getStream(key)) expect.unreachable(String(chunk))
    }
    await expect(stream()).rejects.toMatchObject({ code: 'IO', key })
  })

  it('D18 the failure of a caller’s stream is passed on unchanged, whatever its form', async () => {
    for (const broken of [systemError('ENOENT', 'open'), new TypeError('mine')]) {
      async function* source(): AsyncIterable<Uint8Array> {
        throw broken
      }
      expect(await store.put(key, source()).catch((reason: unknown) => reason)).toBe(broken)
    }
    expect(await store.get(key)).toEqual(bytesOf('old'))
  })

  it('D18 a failed rename names the key that failed', async () => {
    disk.fail('rename', () => 'ENOSPC')
    await expect(store.rename(key, Key.of('c'))).rejects.toMatchObject({ code: 'IO', key: Key.of('c') })
    await expect(store.rename(Key.of('gone'), key)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      key: Key.of('gone'),
    })
    disk.fail('rename', () => undefined)
    expect(await store.get(key)).toEqual(bytesOf('old'))
  })

  it('D18 a path over the limit of the system is KEY_INVALID to write and absent to read', async () => {
    const endless = Key.of('endless', 'key')
    disk.fail('open', path => (path.endsWith('/endless') ? 'ENAMETOOLONG' : undefined))
    await expect(store.put(endless, bytesOf('x'))).rejects.toMatchObject({
      code: 'KEY_INVALID',
      key: endless,
    })
    expect(await store.has(endless)).toBe(false)
    await expect(store.get(endless)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await store.list(endless)).total).toBe(0)
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['a'])
  })

  it('F4 without hard links a put of a new key checks before it renames', async () => {
    disk.fail('link', () => 'EPERM')
    await store.put(Key.of('new'), bytesOf('1'), { replace: false })
    await expect(store.put(Key.of('new'), bytesOf('2'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect(await store.get(Key.of('new'))).toEqual(bytesOf('1'))
  })

  it('D61 of two processes that put one new key only one succeeds, even between check and write', async () => {
    const other = await FsDatastore.open(root)
    // The other process writes just before the name is taken.
    let isFirst = true
    disk.fail('link', () => {
      isFirst = false
      return undefined
    })
    const link = disk.link.bind(disk)
    disk.link = async (from, to) => {
      if (isFirst) await writeFile(join(root, 'new.val'), 'other')
      await link(from, to)
    }
    await expect(store.put(Key.of('new'), bytesOf('mine'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect(await other.get(Key.of('new'))).toEqual(bytesOf('other'))
    await other.close()
  })
})

describe('a value that another process removes', () => {
  it.each([true, false])(
    'D5 between the check and the move, with replace %j, is NOT_FOUND and leaves nothing',
    async replace => {
      for (const verb of ['rename', 'link'] as const) {
        disk.fail(verb, () => {
          rmSync(join(root, 'a', 'b.val'), { force: true })
          return undefined
        })
      }
      const moved = store.rename(key, Key.of('new', 'place'), { replace })
      await expect(moved).rejects.toMatchObject({ code: 'NOT_FOUND', key })
      expect(await readdir(root)).not.toContain('new')
    },
  )
})

describe('renameFile', () => {
  it('F28 retries while Windows reports that the file is open', async () => {
    for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
      disk.failTimes('rename', code, 3)
      const before = disk.count('rename')
      await renameFile(disk, join(root, 'a', 'b.val'), join(root, 'a', 'c.val'), 'win32')
      expect(disk.count('rename') - before).toBe(4)
      await renameFile(disk, join(root, 'a', 'c.val'), join(root, 'a', 'b.val'), 'win32')
    }
    expect(await store.get(key)).toEqual(bytesOf('old'))
  })

  it('F28 on other systems a refusal is final, but a busy file is retried', async () => {
    disk.failTimes('rename', 'EPERM', 1)
    await expect(renameFile(disk, 'a', 'b', 'linux')).rejects.toMatchObject({ code: 'EPERM' })
    disk.failTimes('rename', 'EBUSY', 2)
    await store.put(key, bytesOf('new'))
    expect(await store.get(key)).toEqual(bytesOf('new'))
  })

  it('F28 fails if the file stays busy', async () => {
    disk.fail('rename', () => 'EBUSY')
    await expect(renameFile(disk, 'a', 'b', 'win32')).rejects.toMatchObject({ code: 'EBUSY' })
  })
})
