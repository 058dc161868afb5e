import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'
import { blocks, makeFlatfs, readFlatfs } from './flatfs-folder.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

const open = (options = {}) => FsDatastore.open(root, { layout: 'flatfs', ...options })
const names = async (store: FsDatastore) => (await store.list(Key.root)).children.map(({ name }) => name)
const values = Object.fromEntries(Object.keys(blocks).map(name => [name, `value of ${name}`]))

describe('folders of flatfs', () => {
  it('I1 F26 values written by flatfs are listed, read, edited and deleted, and the folder stays valid for flatfs', async () => {
    await makeFlatfs(root)
    await using store = await open()
    expect(await names(store)).toEqual(Object.keys(blocks).sort())
    for (const [name, value] of Object.entries(values)) {
      expect(Buffer.from(await store.get(Key.of(name))).toString()).toBe(value)
    }
    await store.put(Key.of('ABC'), bytesOf('edited'))
    await store.put(Key.of('NEW'), bytesOf('new'))
    await store.delete(Key.of('FOO=BAR'))
    await store.rename(Key.of('AB'), Key.of('MOVED'))
    const kept = Object.fromEntries(
      Object.entries(values).filter(([name]) => name !== 'FOO=BAR' && name !== 'AB'),
    )
    const changed = { ABC: 'edited', NEW: 'new', MOVED: 'value of AB' }
    expect(await readFlatfs(root)).toEqual({ ...kept, ...changed })
    expect(await names(store)).toEqual(Object.keys(await readFlatfs(root)).sort())
    expect(await readdir(root)).toEqual(expect.arrayContaining(['SHARDING', '_README', 'diskUsage.cache']))
    expect(await readFile(join(root, 'SC', 'put-987654'), 'utf8')).toBe('left by an older release')
  })

  it('F26 F29 a new folder gets SHARDING and _README, and no files of our own', async () => {
    const store = await open()
    await store.put(Key.of('CIQABC'), bytesOf('x'))
    await store.close()
    expect(await readFile(join(root, 'SHARDING'), 'utf8')).toBe('/repo/flatfs/shard/v1/next-to-last/2\n')
    expect(await pathsBelow(root)).toEqual(['.temp/', 'AB/', 'AB/CIQABC.data', 'SHARDING', '_README'].sort())
    expect((await stat(join(root, '_README'))).size).toBeGreaterThan(0)
    expect(await readFlatfs(root)).toEqual({ CIQABC: 'x' })
  })

  it.each([
    ['prefix/3', 'ABCDEF', 'ABC'],
    ['prefix/3', 'A', 'A__'],
    ['suffix/2', 'ABCDEF', 'EF'],
    ['suffix/2', 'A', '_A'],
    ['next-to-last/2', 'ABCDEF', 'DE'],
    ['next-to-last/2', 'AB', '_A'],
  ])('S4 F26 by %s the value of %s is in %s', async (by, name, directory) => {
    const sharding = `/repo/flatfs/shard/v1/${by}`
    const store = await open({ sharding })
    await store.put(Key.of(name), bytesOf('x'))
    await store.close()
    expect(await readdir(join(root, directory))).toEqual([`${name}.data`])
    // The folder itself states how it is sharded.
    await using again = await open()
    expect(await names(again)).toEqual([name])
  })

  it('F29 a shard function other than that of the folder is rejected, naming both', async () => {
    await makeFlatfs(root)
    await expect(open({ sharding: '/repo/flatfs/shard/v1/prefix/2' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/is \S+next-to-last\/2, not \S+prefix\/2$/) as string,
    })
    await expect(open({ sharding: 'by/weather' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.each(['strata', 'plain', 'datastore-fs', 'py-datastore'] as const)(
    'F7 a folder of flatfs is not opened as %s',
    async layout => {
      await makeFlatfs(root)
      const before = await pathsBelow(root)
      await expect(FsDatastore.open(root, { layout })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`it has layout "flatfs", not "${layout}"`) as string,
      })
      expect(await pathsBelow(root)).toEqual(before)
    },
  )

  it('F29 a folder of other files is not turned into flatfs, and a damaged SHARDING is CORRUPT', async () => {
    await writeFile(join(root, 'thesis.txt'), 'years of work')
    await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await readdir(root)).toEqual(['thesis.txt'])
    await writeFile(join(root, 'SHARDING'), '/repo/flatfs/shard/v1/next-to-last/many\n')
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT' })
    await writeFile(join(root, 'SHARDING'), '/repo/flatfs/shard/v2/next-to-last/2\n')
    await expect(open()).rejects.toThrow(/version 2, and only 1 is known/)
  })

  it('F7 concurrent creations of one folder agree', async () => {
    const by = (rule: string) => open({ sharding: `/repo/flatfs/shard/v1/${rule}` })
    const opened = await Promise.allSettled(['prefix/2', 'suffix/2', 'prefix/2', 'suffix/2'].map(by))
    const rule = (await readFile(join(root, 'SHARDING'), 'utf8')).trim()
    const outcomes = opened.map((one, index) => [one.status, index % 2 === 0 ? 'prefix' : 'suffix'])
    for (const [status, asked] of outcomes) {
      expect(status).toBe(rule.includes(`/${asked}/`) ? 'fulfilled' : 'rejected')
    }
    for (const one of opened) if (one.status === 'fulfilled') await one.value.close()
  })

  it('K3 F27 keys that flatfs cannot hold are rejected with a reason, and absent', async () => {
    await using store = await open()
    const refusals = {
      '/lower': 'upper-case letters, digits and',
      '/A/B': 'keys of one segment',
      '/A.B': 'upper-case letters, digits and',
      [`/${'A'.repeat(251)}`]: 'the name is too long',
    }
    for (const [text, words] of Object.entries(refusals)) {
      const key = Key.parse(text)
      await expect(store.put(key, bytesOf('x'))).rejects.toMatchObject({
        code: 'KEY_INVALID',
        message: expect.stringContaining(words) as string,
      })
      await expect(store.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await store.has(key)).toBe(false)
    }
    await expect(store.putNew(Key.of('A'), bytesOf('x'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await names(store)).toEqual([])
  })

  it('F3 F9 a link or a file at the path of a shard folder is not followed', async () => {
    await makeFlatfs(root)
    await using store = await open()
    await writeFile(join(root, 'ZZ'), 'in the way')
    await expect(store.put(Key.of('AZZA'), bytesOf('x'))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await readFile(join(root, 'ZZ'), 'utf8')).toBe('in the way')
    await mkdir(join(root, 'YY', 'AYYA.data'), { recursive: true })
    await expect(store.get(Key.of('AYYA'))).rejects.toMatchObject({ code: 'CORRUPT' })
  })
})
