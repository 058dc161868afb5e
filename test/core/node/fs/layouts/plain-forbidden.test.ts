import { execFileSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { asNobody, whyNoPermissions } from '../as-nobody.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
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

const names = async () => (await store.list(Key.root)).children.map(child => child.name)

describe('special files and missing permissions', () => {
  it('D18 pipes and sockets are hidden, and do not block a call', async ({ skip }) => {
    skip(process.platform === 'win32', 'there are no pipes in folders of Windows')
    execFileSync('mkfifo', [join(root, 'pipe')])
    const server = createServer().listen(join(root, 'socket'))
    await new Promise(resolve => server.once('listening', resolve))
    expect(await names()).toEqual([])
    for (const key of [Key.of('pipe'), Key.of('socket')]) {
      for (const call of [() => store.get(key), () => store.stat(key), () => store.put(key, value)]) {
        await expect(call()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
      }
    }
    await new Promise(resolve => server.close(resolve))
  })

  it('D18 a file without permission is ACCESS_DENIED, and never absent', async ({ skip }) => {
    const reason = whyNoPermissions()
    skip(reason !== undefined, reason)
    await mkdir(join(root, 'closed'))
    await writeFile(join(root, 'closed', 'file'), 'x')
    await writeFile(join(root, 'secret'), 'x')
    await chmod(join(root, 'secret'), 0)
    await chmod(join(root, 'closed'), 0)
    await chmod(root, 0o555)
    await asNobody(async () => {
      const [secret, below] = [Key.of('secret'), Key.of('closed', 'file')]
      for (const call of [
        () => store.get(secret),
        () => store.put(Key.of('new'), value),
        () => store.put(Key.of('new', 'deep'), [value].values()),
        () => store.delete(secret),
        () => store.rename(secret, Key.of('x')),
        () => store.get(below),
        () => store.has(below),
        () => store.stat(below),
        () => store.put(below, value),
        () => store.list(Key.of('closed')),
      ]) {
        await expect(call()).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
      }
      expect((await store.stat(secret)).size).toBe(1)
      expect(await names()).toEqual(['closed', 'secret'])
    })
    await chmod(root, 0o755)
    await chmod(join(root, 'closed'), 0o755)
    expect(await pathsBelow(root)).toEqual(['closed/', 'closed/file', 'secret'])
  })

  it('D18 files in a folder with execute but no read permission can be read', async ({ skip }) => {
    const reason = whyNoPermissions()
    skip(reason !== undefined, reason)
    await mkdir(join(root, 'passage'))
    await writeFile(join(root, 'passage', 'file'), 'x')
    await chmod(join(root, 'passage'), 0o711)
    await chmod(root, 0o755)
    await asNobody(async () => {
      expect((await store.stat(Key.of('passage', 'file'))).size).toBe(1)
      expect(textOf(await store.get(Key.of('passage', 'file')))).toBe('x')
      await expect(store.list(Key.of('passage'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    })
  })
})
