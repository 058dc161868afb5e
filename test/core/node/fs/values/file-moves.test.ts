import { readdirSync } from 'node:fs'
import { link, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { RetiredFiles } from '../../../../../src/core/node/fs/staged-file.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const notLinux = process.platform !== 'linux'
const why = 'files are held on Linux alone'
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

const openFiles = () => readdirSync('/proc/self/fd').length

/** Takes as long as a disk that frees files at once. */
function waitBriefly(): void {
  const until = performance.now() + 0.5
  while (performance.now() < until);
}

describe('RetiredFiles', () => {
  it('holds files once removing one was slow, and closes each', async ({ skip }) => {
    skip(notLinux, why)
    const disk = new FaultyDisk()
    let freed = 0
    const closeInPool = disk.closeInPool.bind(disk)
    disk.closeInPool = async fd => {
      await closeInPool(fd)
      freed++
    }
    const retired = new RetiredFiles(disk)
    const target = join(root, 'target')
    const replace = async () => {
      await writeFile(join(root, 'new'), 'x')
      await retired.retire(target, async () => {
        waitBriefly()
        await rename(join(root, 'new'), target)
      })
    }
    const before = openFiles()
    await replace()
    await retired.drain()
    expect(freed).toBe(0)
    for (let index = 0; index < 50; index++) await replace()
    await retired.drain()
    expect(freed).toBe(50)
    expect(openFiles()).toBe(before)
  })

  it('ignores absent files, and passes on failures', async () => {
    const retired = new RetiredFiles(new FaultyDisk())
    const failed = () => {
      waitBriefly()
      throw new Error('mine')
    }
    for (let index = 0; index < 3; index++) {
      await retired.retire(join(root, 'absent'), async () => waitBriefly())
      await expect(retired.retire(join(root, 'absent'), async () => failed())).rejects.toThrow('mine')
    }
    await writeFile(join(root, 'kept'), 'x')
    await link(join(root, 'kept'), join(root, 'other'))
    await expect(retired.retire(join(root, 'kept'), async () => failed())).rejects.toThrow('mine')
    await retired.drain()
    expect(await readFile(join(root, 'kept'), 'utf8')).toBe('x')
  })
})

it('D14 a closed store has no open file, whatever happened before', async ({ skip }) => {
  skip(notLinux, 'only Linux tells what is open')
  const before = openFiles()
  for (const options of [{}, { layout: 'plain', followLinks: true }, { durability: 'full' }] as const) {
    const disk = new FaultyDisk()
    const store = await FsDatastore.open(
      join(root, JSON.stringify(options).length.toString()),
      { ...options, create: true },
      disk,
    )
    const abort = new AbortController()
    const calls: Promise<unknown>[] = []
    for (let index = 0; index < 300; index++) {
      const key = Key.of(`f${index % 3}`, `k${index % 7}`)
      if (index === 100) disk.fail('rename', () => (Math.random() < 0.5 ? 'EIO' : undefined))
      if (index === 150) disk.fail('write', () => (Math.random() < 0.5 ? 'ENOSPC' : undefined))
      if (index === 200) disk.fail('open', () => (Math.random() < 0.3 ? 'EACCES' : undefined))
      if (index === 250) abort.abort()
      const { signal } = abort
      calls.push(
        store.put(key, index % 2 === 0 ? bytesOf('x') : [bytesOf('y')], { signal, replace: index % 5 !== 0 }),
        store.get(key, { signal }),
        store.list(Key.of(`f${index % 3}`), { limit: 10 }),
        store.delete(key, { missingOk: true }),
        store.rename(key, Key.of('g', `k${index % 7}`)),
        store.stats({ signal }),
        (async () => {
          for await (const chunk of store.getStream(key)) if (chunk.length > 0) break
        })(),
      )
      if (index % 10 === 0) await Promise.allSettled(calls)
    }
    await Promise.allSettled(calls)
    await store.close()
  }
  expect(openFiles()).toBe(before)
})
