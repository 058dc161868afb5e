import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { createGuard } from '../../../../../src/core/node/fs/guard/folder-guard.ts'
import { FolderSync } from '../../../../../src/core/node/fs/sync/folder-sync.ts'
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

/** What happened, in order, as far as it matters for what survives. */
function steps(): string[] {
  return disk.calls.filter(
    call => call === 'fdatasync' || call === 'fsync' || call === 'rename' || call === 'unlink',
  )
}

describe('durability', () => {
  it('F4 none: a put flushes nothing', async () => {
    await using store = await opened({ durability: 'none' })
    await store.put(Key.of('a', 'b'), value)
    await store.delete(Key.of('a', 'b'))
    expect(steps()).toEqual(['rename', 'unlink'])
  })

  it('F4 file: the bytes are flushed before they get their name', async () => {
    await using store = await opened({ durability: 'file' })
    await store.put(Key.of('a'), value)
    expect(steps()).toEqual(['fdatasync', 'rename'])
    disk.calls.length = 0
    await store.put(Key.of('a'), [value])
    expect(steps()).toEqual(['fdatasync', 'rename'])
  })

  it('F4 full: then the folder is, and each folder that holds a new one', async () => {
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

  it('F4 a flush that fails fails the put', async () => {
    await using store = await opened({ durability: 'full' })
    disk.failTimes('fdatasync', 'EIO', 1)
    await expect(store.put(Key.of('a'), value)).rejects.toMatchObject({ code: 'IO' })
    expect(await store.has(Key.of('a'))).toBe(false)
    disk.failTimes('fsync', 'EIO', 1)
    await expect(store.put(Key.of('a'), value)).rejects.toMatchObject({ code: 'IO' })
  })

  it('F4 puts to one folder at once share the flushes of the folder', async () => {
    await using store = await opened({ durability: 'full' })
    const count = 40
    await Promise.all(Array.from({ length: count }, (_, index) => store.put(Key.of(`k${index}`), value)))
    expect(disk.count('fdatasync')).toBe(count)
    expect(disk.count('fsync')).toBeLessThan(count)
  })
})

describe('a batch', () => {
  it('F4 D8 D11 full: flushes each value before it gets its name, and each folder once, at the end', async () => {
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

  it('F4 D18 a flush that fails fails the commit, and is made up for by the next one', async () => {
    await using store = await opened({ durability: 'full' })
    const batch = store.batch().put(Key.of('a'), value)
    disk.failTimes('fsync', 'EIO', 1)
    await expect(batch.commit()).rejects.toMatchObject({ code: 'IO' })
    disk.calls.length = 0
    await batch.commit()
    expect(steps()).toEqual(['fsync'])
  })

  it('F4 D8 an operation that fails leaves those before it flushed', async () => {
    await using store = await opened({ durability: 'full' })
    disk.fail('rename', path => (path.endsWith('b.val') ? 'EIO' : undefined))
    const batch = store.batch().put(Key.of('a'), value).put(Key.of('b'), value).put(Key.of('c'), value)
    await expect(batch.commit()).rejects.toMatchObject({ code: 'IO', key: Key.of('b') })
    expect(steps().at(-1)).toBe('fsync')
    expect([await store.has(Key.of('a')), await store.has(Key.of('c'))]).toEqual([true, false])
  })

  it('D14 of a closed store is refused', async () => {
    const store = await opened({ durability: 'full' })
    const batch = store.batch().put(Key.of('a'), value)
    await store.close()
    await expect(batch.commit()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('FolderSync', () => {
  it('F4 calls that come during a flush share the next one, which begins after they came', async () => {
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

  it('F4 a failure is told to those who asked for that flush, and to nobody else', async () => {
    const sync = new FolderSync(disk, await createGuard(disk, root))
    disk.failTimes('fsync', 'EIO', 1)
    const [first, second] = await Promise.allSettled([sync.sync([]), sync.sync([])])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
  })
})

describe('sync()', () => {
  it('D11 flushes each value and folder written since the last one, once', async () => {
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

  it('D11 what could not be flushed is flushed by the next sync', async () => {
    await using store = await opened({})
    await store.put(Key.of('a'), value)
    disk.failTimes('fdatasync', 'EIO', 1)
    await expect(store.sync()).rejects.toMatchObject({ code: 'IO' })
    disk.calls.length = 0
    await store.sync()
    expect(disk.count('fdatasync')).toBe(1)
  })

  it('D11 a folder that is gone by then holds up nothing', async () => {
    await using store = await opened({})
    await store.put(Key.of('a', 'b'), value)
    await rm(join(root, 'a'), { recursive: true })
    await store.sync()
    expect(disk.count('fdatasync')).toBe(0)
  })

  it('D11 a folder that has become a file by then holds up nothing', async () => {
    await using store = await opened({ layout: 'plain' })
    await store.put(Key.of('a', 'b'), value)
    await store.delete(Key.of('a', 'b'))
    await store.put(Key.of('a'), value)
    await store.sync()
    expect(disk.count('fdatasync')).toBe(1)
  })
})
