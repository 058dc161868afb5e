import { readlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FolderSync } from '../../../../../src/core/node/fs/folder-sync.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { createGuard } from '../../../../../src/core/node/fs/guards.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
let root: string
let disk: FaultyDisk

beforeEach(async () => {
  root = await roots.make()
  disk = new FaultyDisk()
})
afterEach(() => roots.remove())

async function opened(options: FsOptions): Promise<FsDatastore> {
  const store = await FsDatastore.open(root, options, disk)
  disk.calls.length = 0
  return store
}

/** The operations that matter for durability, in order. */
function steps(): string[] {
  return disk.calls.filter(
    call => call === 'fdatasync' || call === 'fsync' || call === 'rename' || call === 'unlink',
  )
}

describe('durability', () => {
  it('F14 none: a put flushes nothing', async () => {
    await using store = await opened({ durability: 'none' })
    await store.put(Key.of('a', 'b'), value)
    await store.delete(Key.of('a', 'b'))
    expect(steps()).toEqual(['rename', 'unlink'])
  })

  it('F14 file: the bytes are flushed before the rename', async () => {
    await using store = await opened({ durability: 'file' })
    await store.put(Key.of('a'), value)
    expect(steps()).toEqual(['fdatasync', 'rename'])
    disk.calls.length = 0
    await store.put(Key.of('a'), [value].values())
    expect(steps()).toEqual(['fdatasync', 'rename'])
  })

  it('F14 full: then the folder is, and each folder that contains a new one', async () => {
    await using store = await opened({ durability: 'full' })
    await store.put(Key.of('a', 'b', 'c'), value)
    // a/b for the value, a for b, the root for a.
    expect(steps()).toEqual(['fdatasync', 'rename', 'fsync', 'fsync', 'fsync'])
    disk.calls.length = 0
    await store.put(Key.of('a', 'b', 'c'), value)
    expect(steps()).toEqual(['fdatasync', 'rename', 'fsync'])
    disk.calls.length = 0
    await store.delete(Key.of('a', 'b', 'c'))
    expect(steps()).toEqual(['unlink', 'fsync'])
  })

  it('F14 a failed flush fails the put', async () => {
    await using store = await opened({ durability: 'full' })
    disk.failTimes('fdatasync', 'EIO', 1)
    await expect(store.put(Key.of('a'), value)).rejects.toMatchObject({ code: 'IO' })
    expect(await store.has(Key.of('a'))).toBe(false)
    disk.failTimes('fsync', 'EIO', 1)
    await expect(store.put(Key.of('a'), value)).rejects.toMatchObject({ code: 'IO' })
  })

  it('F14 concurrent puts to one folder share the flushes of the folder', async () => {
    await using store = await opened({ durability: 'full' })
    const count = 40
    await Promise.all(Array.from({ length: count }, (_, index) => store.put(Key.of(`k${index}`), value)))
    expect(disk.count('fdatasync')).toBe(count)
    expect(disk.count('fsync')).toBeLessThan(count)
  })
})

/** Waits long enough for everything that does not wait for the disk. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

/** The folders flushed so far, relative to the root, while `disk` is used. */
function watchFlushes(mayEnd: (folder: string) => Promise<void> = async () => undefined): string[] {
  const folders: string[] = []
  const fsync = disk.fsync.bind(disk)
  disk.fsync = async fd => {
    const folder = readlinkSync(`/proc/self/fd/${fd}`).slice(root.length) || '/'
    await mayEnd(folder)
    await fsync(fd)
    folders.push(folder)
  }
  return folders
}

describe.skipIf(process.platform !== 'linux')(
  'durability of folders (only Linux shows which ones are flushed)',
  () => {
    it('F14 full: a put waits for the name of a folder that another put has just created', async () => {
      await using store = await opened({ durability: 'full' })
      const order: string[] = []
      let go = (): void => undefined
      const isReleased = new Promise<void>(resolve => {
        go = resolve
      })
      const folders = watchFlushes(async folder => {
        if (folder === '/') await isReleased
        else if (folders.length > 0) go()
      })
      const first = store.put(Key.of('new', 'first'), value)
      const second = store.put(Key.of('new', 'second'), value).then(() => order.push(...folders, 'second'))
      await Promise.all([first, second])
      expect(order.indexOf('/')).toBeGreaterThanOrEqual(0)
    })

    it('F14 full: a put flushes the names of folders that were created without durability, once', async () => {
      const earlier = await FsDatastore.open(root)
      await earlier.put(Key.of('a', 'b', 'old'), value)
      await earlier.close()
      await using store = await opened({ durability: 'full' })
      const folders = watchFlushes()
      await store.put(Key.of('a', 'b', 'new'), value)
      expect(folders.toSorted()).toEqual(['/', '/a', '/a/b'])
      folders.length = 0
      await store.put(Key.of('a', 'b', 'newer'), value)
      expect(folders).toEqual(['/a/b'])
      // A folder that was removed and created again has to be flushed again, whoever created it.
      await using other = await FsDatastore.open(root)
      for (const name of ['old', 'new', 'newer']) await store.delete(Key.of('a', 'b', name))
      await other.put(Key.of('a', 'b', 'again'), value)
      folders.length = 0
      await store.put(Key.of('a', 'b', 'last'), value)
      expect(folders.toSorted()).toEqual(['/', '/a', '/a/b'])
    })

    it('F14 D18 full: a name that could not be flushed is flushed by the next put', async () => {
      await using store = await opened({ durability: 'full' })
      disk.failTimes('fsync', 'EIO', 1)
      await expect(store.put(Key.of('a', 'b'), value)).rejects.toMatchObject({ code: 'IO' })
      const folders = watchFlushes()
      await store.put(Key.of('a', 'b'), value)
      expect(folders.toSorted()).toEqual(['/', '/a'])
    })
  },
)

describe('a batch', () => {
  it('F14 D64 D11 full: flushes each value before its rename, and each folder once, at the end', async () => {
    await using store = await opened({ durability: 'full' })
    await store.put(Key.of('a', 'gone'), value)
    disk.calls.length = 0
    const batch = store.batch()
    for (let index = 0; index < 50; index++) batch.put(Key.of('a', `k${index}`), value)
    batch.delete(Key.of('a', 'gone'))
    await batch.commit()
    const values = Array.from({ length: 50 }, () => ['fdatasync', 'rename']).flat()
    expect(steps()).toEqual([...values, 'unlink', 'fsync'])
    expect((await store.list(Key.of('a'))).total).toBe(50)
  })

  it('F14 D18 a failed flush fails the commit, and is repeated by the next one', async () => {
    await using store = await opened({ durability: 'full' })
    const batch = store.batch().put(Key.of('a'), value)
    disk.failTimes('fsync', 'EIO', 1)
    await expect(batch.commit()).rejects.toMatchObject({ code: 'IO' })
    disk.calls.length = 0
    await batch.commit()
    expect(steps()).toEqual(['fsync'])
  })

  it('F14 D64 an operation that fails leaves those before it flushed', async () => {
    await using store = await opened({ durability: 'full' })
    disk.fail('rename', path => (path.endsWith('b.val') ? 'EIO' : undefined))
    const batch = store.batch().put(Key.of('a'), value).put(Key.of('b'), value).put(Key.of('c'), value)
    await expect(batch.commit()).rejects.toMatchObject({ code: 'IO', key: Key.of('b') })
    expect(steps().at(-1)).toBe('fsync')
    expect([await store.has(Key.of('a')), await store.has(Key.of('c'))]).toEqual([true, false])
  })

  it('D14 of a closed store is rejected', async () => {
    const store = await opened({ durability: 'full' })
    const batch = store.batch().put(Key.of('a'), value)
    await store.close()
    await expect(batch.commit()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('FolderSync', () => {
  it('F14 calls made during a flush share the next one, which begins after them', async () => {
    const sync = new FolderSync(disk, await createGuard(disk, root))
    const order: string[] = []
    const fsync = disk.fsync.bind(disk)
    disk.fsync = async fd => {
      order.push('begin')
      await fsync(fd)
      order.push('end')
    }
    const first = sync.sync([]).then(() => order.push('first'))
    const late = [1, 2, 3].map(() => sync.sync([]).then(() => order.push('late')))
    await Promise.all([first, ...late])
    expect(order.filter(step => step === 'begin')).toHaveLength(2)
    expect(order.indexOf('late')).toBeGreaterThan(order.lastIndexOf('end'))
  })

  it('F14 a failure is reported only to the callers of that flush', async () => {
    const sync = new FolderSync(disk, await createGuard(disk, root))
    disk.failTimes('fsync', 'EIO', 1)
    const [first, second] = await Promise.allSettled([sync.sync([]), sync.sync([])])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
  })
})

describe('sync()', () => {
  it('D11 flushes each value and folder written since the last call, once', async () => {
    await using store = await opened({})
    await store.put(Key.of('a', 'b'), value)
    await store.put(Key.of('a', 'b'), value)
    await store.put(Key.of('c'), value)
    await store.put(Key.of('gone'), value)
    await store.delete(Key.of('gone'))
    await store.rename(Key.of('c'), Key.of('d', 'e'))
    await store.sync()
    // Values a/b and d/e; folders a, d and the root.
    expect([disk.count('fdatasync'), disk.count('fsync')]).toEqual([2, 3])
    disk.calls.length = 0
    await store.sync()
    expect(disk.count('fdatasync')).toBe(0)
  })

  it.each([false, true])(
    'D11 a concurrent call waits for the files of the running one, even if that fails (%j)',
    async isFailing => {
      await using store = await opened({})
      await store.put(Key.of('a'), value)
      if (isFailing) disk.failTimes('fdatasync', 'EIO', 1)
      const order: string[] = []
      const fdatasync = disk.fdatasync.bind(disk)
      disk.fsync = async () => undefined
      disk.fdatasync = async fd => {
        await turns()
        await fdatasync(fd)
        order.push('value')
      }
      const syncs = ['first', 'second'].map(name => store.sync().finally(() => order.push(name)))
      const outcomes = (await Promise.allSettled(syncs)).map(({ status }) => status)
      expect(outcomes).toEqual([isFailing ? 'rejected' : 'fulfilled', 'fulfilled'])
      expect(order).toEqual(isFailing ? ['first', 'value', 'second'] : ['value', 'first', 'second'])
    },
  )

  it('D11 files that could not be flushed are flushed by the next sync', async () => {
    await using store = await opened({})
    await store.put(Key.of('a'), value)
    disk.failTimes('fdatasync', 'EIO', 1)
    await expect(store.sync()).rejects.toMatchObject({ code: 'IO' })
    disk.calls.length = 0
    await store.sync()
    expect(disk.count('fdatasync')).toBe(1)
  })

  it('D11 a folder removed meanwhile does not make it fail', async () => {
    await using store = await opened({})
    await store.put(Key.of('a', 'b'), value)
    await rm(join(root, 'a'), { recursive: true })
    await store.sync()
    expect(disk.count('fdatasync')).toBe(0)
  })

  it('D11 a folder replaced by a file meanwhile does not make it fail', async () => {
    await using store = await opened({ layout: 'plain' })
    await store.put(Key.of('a', 'b'), value)
    await store.delete(Key.of('a', 'b'))
    await store.put(Key.of('a'), value)
    await store.sync()
    expect(disk.count('fdatasync')).toBe(1)
  })
})
