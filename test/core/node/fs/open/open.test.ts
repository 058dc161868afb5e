import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
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

async function refusal(path: string, options: FsOptions): Promise<{ code: string; message: string }> {
  const error: unknown = await FsDatastore.open(path, options).then(
    async store => {
      await store.close()
      return new Error('It opened')
    },
    (reason: unknown) => reason,
  )
  expect((error as Error).message).toMatch(/^Cannot open /)
  return error as { code: string; message: string }
}

describe('FsDatastore.open', () => {
  it('F7 strata creates its folder and leaves a marker that no key can reach', async () => {
    const path = join(root, 'new', 'deep')
    await using store = await FsDatastore.open(path)
    expect(JSON.parse(await readFile(join(path, '.strata', 'layout.json'), 'utf8'))).toEqual({
      layout: 'strata',
      version: 1,
    })
    await store.put(Key.of('.strata', 'layout.json'), value)
    expect(await readFile(join(path, '.strata', 'layout.json'), 'utf8')).toContain('strata')
    expect((await store.list(Key.root)).children.map(child => child.name)).toEqual(['.strata'])
  })

  it('F30 plain creates no folder except on request, and no marker', async () => {
    const path = join(root, 'new')
    expect(await refusal(path, { layout: 'plain' })).toMatchObject({ code: 'CONFIG_INVALID' })
    await using store = await FsDatastore.open(path, { layout: 'plain', create: true })
    expect(await readdir(path)).toEqual([])
    await store.put(Key.of('a'), value)
    expect(await readdir(path)).toEqual(['a'])
  })

  it('F7 a missing folder is rejected if it may not be created', async () => {
    const path = join(root, 'missing')
    for (const options of [
      { create: false },
      { readOnly: true },
      { layout: 'plain' },
    ] satisfies FsOptions[]) {
      const { code, message } = await refusal(path, options)
      expect([code, message]).toEqual([
        'CONFIG_INVALID',
        `Cannot open ${JSON.stringify(path)}: there is no such folder`,
      ])
    }
    await writeFile(join(root, 'file'), 'x')
    expect((await refusal(join(root, 'file'), {})).message).toContain('it is not a folder')
    expect((await refusal(join(root, 'file'), { layout: 'plain' })).message).toContain('it is not a folder')
    expect((await refusal(join(root, 'file', 'below'), {})).code).toBe('CONFIG_INVALID')
  })

  it('F7 a folder of another layout or version is rejected, naming the one found', async () => {
    await (await FsDatastore.open(root)).close()
    expect(await refusal(root, { layout: 'plain' })).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('layout "strata", not "plain"') as string,
    })
    const marker = join(root, '.strata', 'layout.json')
    await writeFile(marker, '{"layout":"strata","version":2}')
    expect((await refusal(root, {})).message).toContain('version 2, and only 1 is known')
    await writeFile(marker, '{"layout":"flatfs","version":1}')
    expect((await refusal(root, {})).message).toContain('layout "flatfs", not "strata"')
    expect(await readFile(marker, 'utf8')).toBe('{"layout":"flatfs","version":1}')
  })

  it.each(['', 'not json', '[]', '{}', '{"layout":1,"version":1}', 'null'])(
    'F7 a damaged marker (%j) is CORRUPT',
    async text => {
      await (await FsDatastore.open(root)).close()
      await writeFile(join(root, '.strata', 'layout.json'), text)
      for (const layout of ['strata', 'plain'] as const)
        expect((await refusal(root, { layout })).code).toBe('CORRUPT')
    },
  )

  it('F7 a folder of other files is not turned into a store', async () => {
    await writeFile(join(root, 'thesis.txt'), 'years of work')
    const { code, message } = await refusal(root, {})
    expect(code).toBe('CONFIG_INVALID')
    expect(message).toContain('it holds files that are no store of layout "strata"')
    expect(await pathsBelow(root)).toEqual(['thesis.txt'])
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    expect((await store.list(Key.root)).total).toBe(1)
  })

  it('F7 system files of desktops and disks are ignored, and so is an interrupted first opening', async () => {
    await writeFile(join(root, '.DS_Store'), 'x')
    await mkdir(join(root, 'lost+found'))
    await mkdir(join(root, '.strata', 'tmp'), { recursive: true })
    await using store = await FsDatastore.open(root)
    await store.put(Key.of('a'), value)
    expect((await store.list(Key.root)).children.map(child => child.name)).toContain('a')
  })

  it('F7 two concurrent openings of one new folder both succeed', async () => {
    const path = join(root, 'new')
    const stores = await Promise.all([1, 2, 3, 4].map(() => FsDatastore.open(path)))
    await stores[0]?.put(Key.of('a'), value)
    for (const store of stores) expect(await store.get(Key.of('a'))).toEqual(value)
    await Promise.all(stores.map(store => store.close()))
    expect(await readdir(join(path, '.strata', 'tmp'))).toEqual([])
  })

  it('D2 read-only changes nothing on disk and rejects every write', async () => {
    await using empty = await FsDatastore.open(root, { readOnly: true })
    expect(await pathsBelow(root)).toEqual([])
    expect(empty.capabilities.writable).toBe(false)
    const a = Key.of('a')
    const calls = [empty.put(a, value), empty.put(a, [value].values()), empty.delete(a), empty.rename(a, a)]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'READ_ONLY', key: a } })
    }
    expect((await empty.list(Key.root)).total).toBe(0)
  })

  it('D18 unknown options are rejected by name', async () => {
    const bad = { layout: 'fancy' } as unknown as FsOptions
    expect((await refusal(root, bad)).message).toContain('there is no layout "fancy", only strata, plain')
    const durability = { durability: 'maybe' } as unknown as FsOptions
    expect((await refusal(root, durability)).message).toContain(
      'there is no durability "maybe", only none, file, full',
    )
  })

  it('D17 capabilities report durable only with full durability', async () => {
    for (const durability of ['none', 'file', 'full'] as const) {
      await using store = await FsDatastore.open(root, { durability })
      expect(store.capabilities.durable).toBe(durability === 'full')
      expect(store.layout).toBe('strata')
    }
  })
})

describe('a root that disappears', () => {
  it.each(['strata', 'plain'] as const)(
    'D18 layout %s: every call reports it, and none reports an absent key',
    async layout => {
      await using store = await FsDatastore.open(root, { layout })
      await store.put(Key.of('a', 'b'), value)
      await rm(root, { recursive: true })
      const [top, deep] = [Key.of('top'), Key.of('a', 'b')]
      const calls: Record<string, () => Promise<unknown>> = {
        get: () => store.get(deep),
        'get at the top': () => store.get(top),
        has: () => store.has(deep),
        'has at the top': () => store.has(top),
        stat: () => store.stat(top),
        put: () => store.put(deep, value),
        'put at the top': () => store.put(top, value),
        'streamed put': () => store.put(top, [value].values()),
        delete: () => store.delete(deep),
        'delete at the top': () => store.delete(top, { missingOk: true }),
        rename: () => store.rename(top, deep),
        list: () => store.list(Key.root),
        'list below': () => store.list(Key.of('a')),
        stats: () => store.stats(),
      }
      for (const [name, call] of Object.entries(calls)) {
        const error: unknown = await call().catch((reason: unknown) => reason)
        expect(error, name).toMatchObject({ code: 'IO' })
        expect((error as Error).message, name).toContain('of this store has disappeared')
      }
    },
  )
})

/** Removes the contents of a folder. */
async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
}

const marked = ['strata', 'flatfs', 'datastore-fs', 'py-datastore'] as const

describe('a folder that is emptied while the store is open', () => {
  const keys = ['ABC', 'DEF', 'GHI'].map(name => Key.of(name))
  const options = (layout: (typeof marked)[number]): FsOptions => ({
    layout,
    ...(layout === 'flatfs' && { sharding: '/repo/flatfs/shard/v1/prefix/1' }),
    ...(layout === 'datastore-fs' && { extension: '.blob' }),
  })

  it.each(marked)(
    'F7 its marker of layout %s is written again, so that new values are found later',
    async layout => {
      const store = await FsDatastore.open(root, options(layout))
      await store.put(Key.of('OLD'), value)
      await empty(root)
      await Promise.all(keys.map(key => store.put(key, value)))
      await store.close()
      await using again = await FsDatastore.open(root, { layout })
      expect((await again.list(Key.root)).children.map(({ key }) => key)).toEqual(keys)
      for (const key of keys) expect(await again.get(key)).toEqual(value)
    },
  )

  it('F7 D18 that then contains other files is not written to', async () => {
    await using store = await FsDatastore.open(root)
    await store.put(Key.of('OLD'), value)
    await empty(root)
    await writeFile(join(root, 'thesis.txt'), 'years of work')
    const refused = store.put(Key.of('a'), value)
    await expect(refused).rejects.toMatchObject({ code: 'IO', key: Key.of('a') })
    expect(await pathsBelow(root)).toEqual(['thesis.txt'])
  })
})

it('F3 a folder is the same folder through any path', async () => {
  const target = join(root, 'target')
  await using one = await FsDatastore.open(target)
  await symlink(target, join(root, 'link'))
  await using other = await FsDatastore.open(join(root, 'link'))
  expect(other.path).toBe(one.path)
  const key = Key.of('k')
  const calls = Array.from({ length: 60 }, (_, index) =>
    (index % 2 === 0 ? one : other).put(key, bytesOf(String(index))),
  )
  const seen = one.get(key)
  const last = other.put(key, bytesOf('last'))
  await Promise.all(calls)
  expect(await seen).toEqual(bytesOf('59'))
  await last
  expect(await one.get(key)).toEqual(bytesOf('last'))
})

it('D14 a failed opening leaves nothing behind', async () => {
  const disk = new FaultyDisk()
  disk.fail('open', () => 'EIO')
  await expect(FsDatastore.open(root, {}, disk)).rejects.toMatchObject({ code: 'IO' })
  await using store = await FsDatastore.open(root)
  await store.put(Key.of('a'), value)
})
