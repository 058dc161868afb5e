import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Disk } from '../../../../../src/core/node/fs/disk.ts'
import { type FolderGuard, RootFolder } from '../../../../../src/core/node/fs/folder-guard.ts'
import { AnchoredGuard, createGuard, WalkingGuard } from '../../../../../src/core/node/fs/guards.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const disk = new Disk()
let root: string

beforeEach(async () => {
  root = await roots.make()
  await mkdir(join(root, 'a', 'b'), { recursive: true })
  await writeFile(join(root, 'a', 'file'), 'x')
  await symlink(join(root, 'a'), join(root, 'link'))
  await symlink(join(root, 'a', 'file'), join(root, 'a', 'filelink'))
})
afterEach(() => roots.remove())

it('F3 on Linux the guard is the one that is safe against races', async ({ skip }) => {
  skip(!(process.platform === 'linux'), 'only Linux has this')
  expect(await createGuard(disk, root)).toBeInstanceOf(AnchoredGuard)
})

const guards: readonly (readonly [string, () => Promise<FolderGuard>])[] = [
  ['WalkingGuard', async () => new WalkingGuard(disk, await RootFolder.open(disk, root))],
  ...(process.platform === 'linux'
    ? [['AnchoredGuard', async () => new AnchoredGuard(disk, await RootFolder.open(disk, root))] as const]
    : []),
]

describe.each(guards)('%s', (_, create) => {
  it('F3 enters folders, and creates missing ones on request', async () => {
    const guard = await create()
    const made: string[] = []
    expect(await guard.enter(['a', 'new', 'deep'])).toBeUndefined()
    const folder = await guard.enter(['a', 'new', 'deep'], { make: names => made.push(names.join('/')) })
    expect(made).toEqual(['a/new', 'a/new/deep'])
    await writeFile(`${folder?.path ?? ''}/here`, 'x')
    await guard.leave(folder)
    const fd = await guard.openFile(['a', 'new', 'deep'], 'here')
    expect(fd).toBeTypeOf('number')
    await disk.close(fd ?? -1)
  })

  it('F3 reports what is at the path instead, and where', async () => {
    const guard = await create()
    await expect(guard.enter(['link', 'b'])).rejects.toMatchObject({ kind: 'link', at: '/link' })
    await expect(guard.enter(['link'])).rejects.toMatchObject({ kind: 'link', at: '/link' })
    await expect(guard.enter(['a', 'file', 'x'])).rejects.toMatchObject({ kind: 'file', at: '/a/file' })
    await expect(guard.openFile(['link'], 'file')).rejects.toMatchObject({ kind: 'link', at: '/link' })
    await expect(guard.openFile(['a'], 'filelink')).rejects.toMatchObject({ kind: 'link', at: '/a/filelink' })
    const make = { make: () => undefined }
    await expect(guard.enter(['link', 'new'], make)).rejects.toMatchObject({ kind: 'link' })
    await expect(guard.enter(['a', 'file', 'new'], make)).rejects.toMatchObject({ kind: 'file' })
  })

  it('D18 returns undefined for an absent file, and fails if the root is gone', async () => {
    const guard = await create()
    expect(await guard.openFile(['a'], 'absent')).toBeUndefined()
    expect(await guard.openFile(['absent', 'deep'], 'x')).toBeUndefined()
    await roots.remove()
    await expect(guard.openFile(['a'], 'file')).rejects.toThrow('has disappeared')
    await expect(guard.openFile([], 'file')).rejects.toThrow('has disappeared')
    await expect(guard.enter(['a'], { make: () => undefined })).rejects.toThrow('has disappeared')
  })
})
