import { execFileSync } from 'node:child_process'
import { chmod, chown, link, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
const isRoot = process.getuid?.() === 0
let root: string
let store: FsDatastore

beforeEach(async () => {
  root = await roots.make()
  store = await FsDatastore.open(root, { layout: 'plain' })
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

const names = async (prefix = '/') => (await store.list(Key.parse(prefix))).children.map(child => child.name)

describe('layout plain', () => {
  it('F25 shows a folder unchanged', async () => {
    await mkdir(join(root, 'src', 'empty'), { recursive: true })
    await writeFile(join(root, 'README.md'), '# read')
    await writeFile(join(root, 'src', '.hidden'), 'dot')
    const { children } = await store.list(Key.root, { limit: 100 })
    expect(children.map(({ name, isValue, isBranch, size }) => ({ name, isValue, isBranch, size }))).toEqual([
      { name: 'README.md', isValue: true, isBranch: false, size: 6 },
      { name: 'src', isValue: false, isBranch: true, size: undefined },
    ])
    expect(await names('/src')).toEqual(['.hidden', 'empty'])
    expect(textOf(await store.get(Key.of('src', '.hidden')))).toBe('dot')
    expect(await store.stats()).toEqual({ entries: 2, bytes: 9, accuracy: 'exact' })
  })

  it('F21 reports the entries of a folder that are not keys: links, names that are not Unicode, pipes', async ({
    skip,
  }) => {
    skip(!(process.platform === 'linux'), 'only Linux has this')
    await symlink('/nowhere', join(root, 'link'))
    await writeFile(join(root, 'seen'), 'x')
    await mkdir(join(root, '.strata-tmp'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    await writeFile(Buffer.concat([Buffer.from(join(root, 'u')), Buffer.of(0xb5)]), 'latin-1')
    const page = await store.list(Key.root)
    expect(page.children.map(({ name }) => name)).toEqual(['seen'])
    expect(page.hidden?.count).toBe(3)
    const examples = [...(page.hidden?.examples ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(examples).toEqual([
      { name: 'link', reason: 'link' },
      { name: 'pipe', reason: 'special' },
      { name: 'u\ufffd', reason: 'name' },
    ])
    const followed = await FsDatastore.open(root, { layout: 'plain', followLinks: true })
    expect((await followed.list(Key.root)).hidden?.count).toBe(3)
    await symlink('seen', join(root, 'good'))
    expect((await followed.list(Key.root)).hidden?.count).toBe(3)
    await followed.close()
    expect((await store.list(Key.root)).hidden?.count).toBe(4)
    for (let index = 0; index < 20; index++) await symlink('/nowhere', join(root, `more-${index}`))
    expect((await store.list(Key.root)).hidden).toMatchObject({ count: 24, examples: { length: 10 } })
    expect('hidden' in (await store.list(Key.of('absent')))).toBe(false)
  })

  it('D27 F20 prune() removes only the empty folders of a branch, whoever created them', async () => {
    await mkdir(join(root, 'branch', 'deep', 'deeper'), { recursive: true })
    await mkdir(join(root, 'branch', 'kept'))
    await mkdir(join(root, 'beside', 'empty'), { recursive: true })
    await writeFile(join(root, 'branch', 'deep', 'one'), '1')
    await writeFile(join(root, 'branch', 'kept', 'two'), '2')
    await store.delete(Key.of('branch', 'deep', 'one'))
    expect(await names('/branch')).toEqual(['deep', 'kept'])
    await store.prune(Key.of('branch'))
    expect(await names('/branch')).toEqual(['kept'])
    await store.delete(Key.of('branch', 'kept', 'two'))
    await store.prune(Key.of('branch'))
    expect(await names()).toEqual(['beside'])
    await store.prune(Key.of('beside', 'absent'))
    expect(await pathsBelow(root)).toEqual(['beside/', 'beside/empty/'])
    await store.prune(Key.root)
    expect(await pathsBelow(root)).toEqual([])
    expect((await stat(root)).isDirectory()).toBe(true)
  })

  it('F3 F20 prune() follows no link, and keeps entries that are not keys', async () => {
    const outside = await roots.make()
    await mkdir(join(outside, 'empty'))
    await mkdir(join(root, 'branch', 'inner'), { recursive: true })
    await mkdir(join(root, 'real', 'empty'), { recursive: true })
    await symlink(outside, join(root, 'branch', 'out'))
    await symlink(join(root, 'real'), join(root, 'branch', 'in'))
    const followed = await FsDatastore.open(root, { layout: 'plain', followLinks: true })
    for (const one of [store, followed]) {
      await one.prune(Key.of('branch'))
      await one.prune(Key.of('branch', 'in')).catch(() => undefined)
      await one.prune(Key.of('branch', 'out')).catch(() => undefined)
    }
    await followed.close()
    expect(await pathsBelow(root)).toEqual(['branch/', 'branch/in', 'branch/out', 'real/', 'real/empty/'])
    expect(await pathsBelow(outside)).toEqual(['empty/'])
  })

  it('F20 a put to a branch that is pruned meanwhile creates its folder again', async () => {
    const key = Key.of('busy', 'branch', 'key')
    await mkdir(join(root, 'busy', 'branch'), { recursive: true })
    for (let round = 0; round < 30; round++) {
      await Promise.all([store.prune(Key.of('busy')), store.put(key, value), store.prune(Key.of('busy'))])
      expect(textOf(await store.get(key))).toBe('value')
      await store.delete(key)
    }
  })

  it('F9 a put below a file is CONFLICT, names the file, and changes nothing', async () => {
    await writeFile(join(root, 'file'), 'text')
    for (const key of [Key.of('file', 'x'), Key.of('file', 'x', 'y')]) {
      for (const bytes of [value, [value]]) {
        const error: unknown = await store.put(key, bytes).catch((reason: unknown) => reason)
        expect(error).toMatchObject({
          code: 'CONFLICT',
          message: `Cannot put ${JSON.stringify(key.toString())}: "/file" is a file in this layout`,
        })
      }
      await expect(store.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await store.has(key)).toBe(false)
      expect(await store.list(key)).toMatchObject({ children: [], total: 0 })
    }
    await writeFile(join(root, 'other'), 'text')
    await expect(store.rename(Key.of('other'), Key.of('file', 'x'))).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(await pathsBelow(root)).toEqual(['file', 'other'])
    expect(await readFile(join(root, 'file'), 'utf8')).toBe('text')
  })

  it('F9 a put or rename to a folder is CONFLICT, and a folder is not a value', async () => {
    await mkdir(join(root, 'folder'))
    await writeFile(join(root, 'file'), 'text')
    const folder = Key.of('folder')
    for (const call of [
      () => store.put(folder, value),
      () => store.put(folder, [value].values()),
      () => store.put(folder, value, { replace: false }),
      () => store.rename(Key.of('file'), folder),
    ]) {
      const error: unknown = await call().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'CONFLICT', key: folder })
      expect((error as Error).message).toContain('"/folder" is a folder in this layout')
    }
    await expect(store.get(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.delete(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(store.rename(folder, Key.of('x'))).rejects.toMatchObject({ code: 'NOT_FOUND', key: folder })
    expect(await pathsBelow(root)).toEqual(['file', 'folder/'])
  })

  it('F25 an existing folder stays when its last file is removed; one created for a key is removed with it', async () => {
    await mkdir(join(root, 'mine', 'inner'), { recursive: true })
    await writeFile(join(root, 'mine', 'inner', 'file'), 'x')
    await store.delete(Key.of('mine', 'inner', 'file'))
    expect(await pathsBelow(root)).toEqual(['mine/', 'mine/inner/'])
    await store.put(Key.of('mine', 'inner', 'new', 'deep', 'file'), value)
    await store.rename(Key.of('mine', 'inner', 'new', 'deep', 'file'), Key.of('mine', 'moved'))
    expect(await pathsBelow(root)).toEqual(['mine/', 'mine/inner/', 'mine/moved'])
    expect(await names('/mine')).toEqual(['inner', 'moved'])
  })

  it('F25 a put keeps the mode of the file it replaces, and a new file gets the default one', async () => {
    await writeFile(join(root, 'script'), 'old')
    await chmod(join(root, 'script'), 0o754)
    await store.put(Key.of('script'), value)
    expect((await stat(join(root, 'script'))).mode & 0o7777).toBe(0o754)
    await store.put(Key.of('script'), [value].values())
    expect((await stat(join(root, 'script'))).mode & 0o7777).toBe(0o754)
    await writeFile(join(root, 'by-hand'), 'x')
    await store.put(Key.of('by-store'), value)
    expect((await stat(join(root, 'by-store'))).mode).toBe((await stat(join(root, 'by-hand'))).mode)
  })

  it('F25 a put keeps the owner of the file it replaces', async ({ skip }) => {
    skip(!isRoot, 'only root may give files away')
    await writeFile(join(root, 'theirs'), 'old')
    await chown(join(root, 'theirs'), 12_345, 23_456)
    await store.put(Key.of('theirs'), value)
    expect(await stat(join(root, 'theirs'))).toMatchObject({ uid: 12_345, gid: 23_456 })
  })

  it('D4 stat returns the times of the file', async () => {
    await writeFile(join(root, 'file'), 'x')
    await utimes(join(root, 'file'), 1000, 2000)
    const { size, mtime, atime, btime } = await store.stat(Key.of('file'))
    expect([size, mtime, atime]).toEqual([1, 2_000_000, 1_000_000])
    expect(btime).toBeGreaterThan(0)
  })

  it('F3 a link that is not followed is hidden, and every call on it is rejected by name', async () => {
    await writeFile(join(root, 'file'), 'x')
    await symlink('file', join(root, 'link'))
    await symlink('nowhere', join(root, 'dangling'))
    expect(await names()).toEqual(['file'])
    expect((await store.stats()).entries).toBe(1)
    for (const key of [Key.of('link'), Key.of('dangling')]) {
      for (const call of [
        () => store.get(key),
        () => store.has(key),
        () => store.stat(key),
        () => store.put(key, value),
        () => store.put(key, [value].values()),
        () => store.delete(key),
        () => store.rename(key, Key.of('x')),
        () => store.rename(Key.of('file'), key),
      ]) {
        const error: unknown = await call().catch((reason: unknown) => reason)
        expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
        expect((error as Error).message).toContain(`"${key.toString()}" is a symbolic link`)
      }
    }
    expect(await readFile(join(root, 'file'), 'utf8')).toBe('x')
  })

  it('F25 a name that is not UTF-8 is omitted and does no harm', async ({ skip }) => {
    skip(!(process.platform === 'linux'), 'only Linux has this')
    const bad = (name: readonly number[]) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)])
    await writeFile(bad([0xff, 0xfe]), 'x')
    await mkdir(bad([0x66, 0x80]))
    await writeFile(join(root, '\ufffd\ufffd'), 'a real name')
    await writeFile(join(root, 'good'), 'x')
    expect(await names()).toEqual(['good', '\ufffd\ufffd'])
    expect((await store.list(Key.root)).total).toBe(2)
    expect((await store.stats()).entries).toBe(2)
    expect(textOf(await store.get(Key.of('\ufffd\ufffd')))).toBe('a real name')
  })

  it('D1 a file generated by the system is read to its end', async ({ skip }) => {
    skip(!(process.platform === 'linux'), 'only Linux has this')
    await using proc = await FsDatastore.open('/proc/self', { layout: 'plain', readOnly: true })
    expect(textOf(await proc.get(Key.of('status')))).toContain('Pid:')
  })

  it('D5 renaming one of two hard links of a file to the other leaves one', async () => {
    await writeFile(join(root, 'a'), 'x')
    await link(join(root, 'a'), join(root, 'b'))
    await store.rename(Key.of('a'), Key.of('b'))
    expect(await pathsBelow(root)).toEqual(['b'])
    expect(textOf(await store.get(Key.of('b')))).toBe('x')
  })
})
