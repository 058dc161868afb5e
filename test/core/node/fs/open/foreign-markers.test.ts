import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { encodeSegment } from '../../../../../src/core/node/fs/strata-layout.ts'
import { bytesOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
let root: string
let outside: string

beforeEach(async () => {
  root = await roots.make()
  outside = await roots.make()
})
afterEach(() => roots.remove())

async function leaveMarker(text: string): Promise<void> {
  await mkdir(join(root, '.strata', 'tmp'), { recursive: true })
  await writeFile(join(root, '.strata', 'layout.json'), text)
}

describe('a folder prepared by somebody else', () => {
  it.each(['/../../escaped', '', '.', '.a/b', 'data', '.\u0000'])(
    'F3 F7 a marker with the extension %j is CORRUPT, and no key leads outside',
    async extension => {
      const layout = 'datastore-fs'
      await leaveMarker(JSON.stringify({ layout, version: 1, extension }))
      await mkdir(join(root, 'a'))
      const before = await pathsBelow(root)
      await expect(FsDatastore.open(root, { layout })).rejects.toMatchObject({ code: 'CORRUPT' })
      expect(await pathsBelow(root)).toEqual(before)
    },
  )

  const places: readonly [string, FsOptions][] = [
    ['.strata', {}],
    ['.strata', { layout: 'datastore-fs' }],
    ['.strata', { layout: 'py-datastore' }],
    ['.strata/tmp', {}],
    ['.temp', { layout: 'flatfs' }],
  ]
  it.each(places)(
    'F3 a link at the path of %s is rejected on opening, and nothing is created at its target',
    async (place, options) => {
      await mkdir(join(root, place, '..'), { recursive: true })
      await symlink(outside, join(root, place))
      await expect(FsDatastore.open(root, options)).rejects.toMatchObject({
        code: 'ACCESS_DENIED',
        message: expect.stringContaining(`"/${place}" is a symbolic link`) as string,
      })
      expect(await readdir(outside)).toEqual([])
      await expect(readdir(root)).resolves.not.toContain('SHARDING')
    },
  )

  it('F3 F7 a marker beyond a link is not used as the marker of the folder', async () => {
    await writeFile(join(outside, 'layout.json'), '{"layout":"datastore-fs","version":1}')
    await symlink(outside, join(root, '.strata'))
    await writeFile(join(root, 'notes.txt'), 'mine')
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    expect(await store.get(Key.of('notes.txt'))).toEqual(bytesOf('mine'))
  })

  it.each([
    ['SHARDING', 'a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['SHARDING', 'very large', (path: string) => writeFile(path, '').then(() => truncate(path, 5e9))],
    ['.strata', 'a file', (path: string) => writeFile(path, 'mine')],
  ])('F7 a folder where %s is %s opens unchanged', async (name, _what, make) => {
    await make(join(root, name))
    await writeFile(join(root, 'notes.txt'), 'mine')
    await using store = await FsDatastore.open(root, { layout: 'plain' })
    expect(await store.get(Key.of('notes.txt'))).toEqual(bytesOf('mine'))
  })

  it('F2 D18 a folder at the path of a label hides only the name of that label', async () => {
    const long = Key.of('x'.repeat(300))
    await using store = await FsDatastore.open(root)
    await store.put(Key.of('short'), value)
    const label = join(root, `${encodeSegment(long.lastSegment)}.name`)
    await mkdir(label)
    await writeFile(join(root, `${encodeSegment(long.lastSegment)}.val`), value)
    expect((await store.list(Key.root)).children.map(({ name }) => name)).toEqual(['short'])
    expect(await readFile(join(root, 'short.val'), 'utf8')).toBe('value')
  })
})
