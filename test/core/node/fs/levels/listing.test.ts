import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

/** Counts the folders that are read. */
class CountingDisk extends FaultyDisk {
  reads = 0

  override readdir(path: string, isSmall: boolean) {
    this.reads++
    return super.readdir(path, isSmall)
  }
}

describe('list', () => {
  it('D9 F8 pages of an unchanged level read its folder once', async () => {
    const level = join(root, 'level')
    await mkdir(level)
    for (let index = 0; index < 50; index++)
      await writeFile(join(level, `n${String(index).padStart(2, '0')}`), 'x')
    const disk = new CountingDisk()
    await using store = await FsDatastore.open(root, { layout: 'plain' }, disk)
    const listAll = async () => {
      const names: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await store.list(Key.of('level'), { after, limit: 7 })
        expect(page.total).toBe(50)
        names.push(...page.children.map(child => child.name))
        after = page.cursor
        if (after === undefined) return names
      }
    }
    // A folder changed within a tick of the disk's clock is read again, so that no change is missed.
    await expect
      .poll(async () => {
        disk.reads = 0
        await listAll()
        return disk.reads
      })
      .toBeLessThanOrEqual(1)
    disk.reads = 0
    expect(await listAll()).toHaveLength(50)
    expect(disk.reads).toBe(0)
    await store.put(Key.of('level', 'n00'), value)
    expect((await listAll())[0]).toBe('n00')
    expect(disk.reads).toBeGreaterThan(0)
  })

  it.each(['strata', 'plain'] as const)(
    'F8 layout %s: a change by another program is visible in the next page',
    async layout => {
      await using store = await FsDatastore.open(root, { layout })
      await using other = await FsDatastore.open(root, { layout })
      await store.put(Key.of('level', 'a'), value)
      for (let index = 0; index < 200; index++) {
        const name = `n${index}`
        if (index % 2 === 0) await other.put(Key.of('level', name), value)
        else await writeFile(join(root, 'level', layout === 'plain' ? name : `${name}.val`), 'x')
        const page = await store.list(Key.of('level'), { limit: 1000 })
        expect(page.children.map(child => child.name)).toContain(name)
        expect(page.total).toBe(index + 2)
      }
    },
  )

  it('D9 pages up to 500 include sizes; larger ones omit them to save calls', async () => {
    await using store = await FsDatastore.open(root)
    await store.put(Key.of('a'), value)
    await store.put(Key.of('a', 'b'), value)
    await store.put(Key.of('c', 'd'), value)
    const small = await store.list(Key.root, { limit: 500 })
    expect(small.children.map(({ name, size }) => [name, size])).toEqual([
      ['a', 5],
      ['c', undefined],
    ])
    const large = await store.list(Key.root, { limit: 501 })
    expect(large.children.map(({ size }) => size)).toEqual([undefined, undefined])
  })

  it('F2 D9 foreign files in a store of layout strata are omitted and do no harm', async () => {
    await using store = await FsDatastore.open(root)
    await store.put(Key.of('good'), value)
    for (const name of [
      'README',
      'Upper.val',
      'notes.txt',
      '%zz.val',
      '.dot.val',
      'a~1.val',
      'x.val.name',
      'con.val',
    ]) {
      await writeFile(join(root, name), 'x')
    }
    await mkdir(join(root, 'folder.val'))
    await mkdir(join(root, 'Folder'))
    await symlink('/etc', join(root, 'linked'))
    await writeFile(join(root, `${'x'.repeat(150)}%-${'0'.repeat(40)}.val`), 'no label')
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['good'])
    expect((await store.stats()).entries).toBe(1)
    await expect(store.get(Key.of('folder'))).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('D10 stats counts thousands of values exactly, without links', async () => {
    await using store = await FsDatastore.open(root)
    const puts: Promise<unknown>[] = []
    for (let index = 0; index < 2000; index++) {
      puts.push(store.put(Key.of(`a${index % 10}`, `b${index % 50}`, `c${index}`), new Uint8Array(index % 7)))
    }
    await Promise.all(puts)
    await symlink(join(root, 'a0'), join(root, 'link'))
    const bytes = Array.from({ length: 2000 }, (_, index) => index % 7).reduce((sum, size) => sum + size, 0)
    expect(await store.stats()).toEqual({ entries: 2000, bytes, accuracy: 'exact' })
    const abort = new AbortController()
    const counting = store.stats({ signal: abort.signal })
    abort.abort()
    await expect(counting).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('long names', () => {
  const long = 'É'.repeat(300)
  const keys = [Key.of(long), Key.of(long, 'below'), Key.of('x', long), Key.of(long, long, 'deep')]

  it('F2 are shortened, listed in full, and leave nothing when they are removed', async () => {
    await using store = await FsDatastore.open(root)
    for (const key of keys) await store.put(key, value)
    expect(
      (await store.list(Key.root)).children.map(({ name, isValue, isBranch }) => [name, isValue, isBranch]),
    ).toEqual([
      ['x', false, true],
      [long, true, true],
    ])
    expect((await store.list(Key.of('x'))).children.map(child => child.name)).toEqual([long])
    for (const path of await pathsBelow(root)) {
      for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
    }
    expect((await readdir(root)).filter(name => name.endsWith('.name'))).toHaveLength(1)
    await store.delete(keys[0]!)
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['x', long])
    await store.rename(keys[1]!, Key.of('y', long))
    for (const key of [keys[2]!, keys[3]!, Key.of('y', long)]) await store.delete(key)
    expect(await pathsBelow(root)).toEqual(['.strata/', '.strata/layout.json', '.strata/tmp/'])
  })

  it('F2 F6 keep their labels during concurrent puts and deletes', async () => {
    await using store = await FsDatastore.open(root)
    await using other = await FsDatastore.open(root)
    const segments = Array.from({ length: 4 }, (_, index) => `${long}${index}`)
    const calls: Promise<unknown>[] = []
    for (let round = 0; round < 60; round++) {
      for (const [index, segment] of segments.entries()) {
        const by = (round + index) % 2 === 0 ? store : other
        const key = round % 3 === 0 ? Key.of(segment) : Key.of(segment, `x${round % 4}`)
        calls.push(round % 4 === 1 ? by.delete(key, { missingOk: true }) : by.put(key, value))
      }
    }
    await Promise.all(calls)
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(segments)
    for (const segment of segments) {
      for (const child of (await store.list(Key.of(segment))).children) await store.delete(child.key)
      await store.delete(Key.of(segment), { missingOk: true })
    }
    expect(await pathsBelow(root)).toEqual(['.strata/', '.strata/layout.json', '.strata/tmp/'])
  })

  it('F2 a lost label is restored by the next put', async () => {
    await using store = await FsDatastore.open(root)
    await store.put(Key.of(long), value)
    for (const name of await readdir(root)) if (name.endsWith('.name')) await rm(join(root, name))
    expect((await store.list(Key.root)).total).toBe(0)
    expect(await store.get(Key.of(long))).toEqual(value)
    await store.put(Key.of(long), value)
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual([long])
  })
})
