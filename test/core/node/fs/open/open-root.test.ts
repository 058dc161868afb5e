import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { makeFolder } from '../../../../../src/core/node/fs/open-folder.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const onLinux = process.platform === 'linux'

describe('makeFolder', () => {
  it('F4 creates missing folders, and accepts existing ones', async () => {
    const root = await roots.make()
    const path = join(root, 'a', 'b', 'c')
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a', 'd'))])
    await makeFolder(path)
    await makeFolder('/')
    expect((await stat(path)).isDirectory()).toBe(true)
    await writeFile(join(root, 'file'), 'x')
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(makeFolder(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
    await mkdir(join(root, 'e'))
    await rm(join(root, 'e'), { recursive: true })
    await roots.remove()
  })

  it.runIf(onLinux)(
    'F4 D18 a folder in /proc, where nothing can be created, is a failure and not an endless loop',
    async () => {
      await expect(FsDatastore.open('/proc/self/strata/deep')).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    },
  )
})
