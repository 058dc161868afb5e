import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

describe.each(['datastore-fs', 'py-datastore'] as const)('layout %s', layout => {
  const open = (options = {}) => FsDatastore.open(root, { layout, ...options })

  it('F1 distinguishes values, folders and other files', async () => {
    await mkdir(join(root, 'a', 'empty'), { recursive: true })
    await writeFile(join(root, 'a.data'), 'a')
    await writeFile(join(root, 'a', '.b.data.tmp'), 'on its way')
    await writeFile(join(root, 'notes.txt'), 'no value')
    await writeFile(join(root, '.data'), 'no name')
    await using store = await open()
    expect((await store.list(Key.root, { limit: 10 })).children).toMatchObject([
      { name: 'a', isValue: true, isBranch: true, size: 1 },
    ])
    expect(await walkKeys(store)).toEqual(['/a'])
    expect(await readFile(join(root, 'notes.txt'), 'utf8')).toBe('no value')
  })

  it('F9 a key that needs a file at the path of a folder, or a folder at the path of a file, is CONFLICT', async () => {
    await using store = await open()
    await store.put(Key.parse('/a'), bytesOf('x'))
    await expect(store.put(Key.parse('/a.data/b'), bytesOf('y'))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('"/a.data" is a file in this layout') as string,
    })
    await store.put(Key.parse('/b.data/c'), bytesOf('x'))
    expect(await store.has(Key.parse('/b'))).toBe(false)
    await expect(store.put(Key.parse('/b'), bytesOf('y'))).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await walkKeys(store)).toEqual(['/a', '/b.data/c'])
  })

  it('F3 links are not followed, and the folder of the layout is not a key', async () => {
    const outside = await roots.make()
    await writeFile(join(outside, 'secret.data'), 'secret')
    await symlink(outside, join(root, 'way'))
    await symlink(join(outside, 'secret.data'), join(root, 'link.data'))
    await using store = await open()
    expect(await walkKeys(store)).toEqual([])
    for (const text of ['/link', '/way/secret']) {
      await expect(store.get(Key.parse(text))).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    }
    await expect(store.put(Key.parse('/way/new'), bytesOf('x'))).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
    for (const text of ['/.strata/layout', '/.Strata/x']) {
      await expect(store.put(Key.parse(text), bytesOf('x'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    }
    expect(await readdir(outside)).toEqual(['secret.data'])
  })

  it('F6 F7 the first opening for writing leaves the marker; opening read-only leaves nothing', async () => {
    await writeFile(join(root, 'a.data'), 'a')
    const reader = await open({ readOnly: true })
    expect(await walkKeys(reader)).toEqual(['/a'])
    await reader.close()
    expect(await pathsBelow(root)).toEqual(['a.data'])
    const writer = await open()
    await writer.put(Key.parse('/b/c/d'), bytesOf('x'))
    await writer.delete(Key.parse('/b/c/d'))
    await writer.close()
    expect(await pathsBelow(root)).toEqual(['.strata/', '.strata/layout.json', '.strata/tmp/', 'a.data'])
    for (const other of ['strata', 'plain', 'flatfs'] as const) {
      await expect(FsDatastore.open(root, { layout: other })).rejects.toThrow(
        `it has layout "${layout}", not "${other}"`,
      )
    }
  })
})
