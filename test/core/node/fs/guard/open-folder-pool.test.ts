import { readdirSync } from 'node:fs'
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Folder, RootFolder } from '../../../../../src/core/node/fs/folder-guard.ts'
import { AnchoredGuard } from '../../../../../src/core/node/fs/guards.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string
let disk: FaultyDisk
let guard: AnchoredGuard

beforeEach(async () => {
  root = await roots.make()
  disk = new FaultyDisk()
  guard = new AnchoredGuard(disk, await RootFolder.open(disk, root))
  for (const name of Array.from({ length: 20 }, (_, index) => `f${index}`)) await mkdir(join(root, name))
})
afterEach(() => roots.remove())

const openFiles = () => readdirSync('/proc/self/fd').length

const entered = async (name: string): Promise<Folder> => (await guard.enter([name])) as Folder

describe.skipIf(process.platform !== 'linux')('OpenFolderPool (only where folders can be anchored)', () => {
  it('F4 calls of one turn share an open folder, which is closed at the end of the turn', async () => {
    const before = openFiles()
    for (let call = 0; call < 50; call++) await guard.leave(await entered('f0'))
    expect(disk.count('open')).toBe(1)
    expect(openFiles()).toBe(before + 1)
    await setImmediate()
    expect(openFiles()).toBe(before)
    await guard.leave(await entered('f0'))
    expect(disk.count('open')).toBe(2)
    await guard.close()
    expect(openFiles()).toBe(before)
  })

  it('F4 a folder stays open while it is in use, and only a few unused ones stay open', async () => {
    const before = openFiles()
    const held = await entered('f0')
    await guard.leave(await entered('f0'))
    for (let index = 1; index < 20; index++) await guard.leave(await entered(`f${index}`))
    expect(openFiles()).toBe(before + 1 + 8)
    await setImmediate()
    expect(openFiles()).toBe(before + 1)
    await guard.leave(await entered('f0'))
    await writeFile(join(held.path, 'value'), 'x')
    await guard.leave(held)
    await guard.close()
    expect(openFiles()).toBe(before)
  })

  it('F3 a folder that was moved or removed meanwhile is not used again', async () => {
    const before = openFiles()
    const held = await entered('f0')
    await guard.leave(await entered('f1'))
    await rename(join(root, 'f0'), join(root, 'elsewhere'))
    await rmdir(join(root, 'f1'))
    expect(await guard.enter(['f0'])).toBeUndefined()
    expect(await guard.enter(['f1'])).toBeUndefined()

    await mkdir(join(root, 'f0'))
    const anew = await entered('f0')
    await writeFile(join(anew.path, 'value'), 'x')
    expect(readdirSync(join(root, 'f0'))).toEqual(['value'])
    expect(readdirSync(join(root, 'elsewhere'))).toEqual([])
    await guard.leave(held)
    await guard.leave(anew)
    await guard.close()
    expect(openFiles()).toBe(before)
  })

  it('F6 closing waits for folders that are already being closed', async () => {
    const before = openFiles()
    let finish: (() => void) | undefined
    const held = new Promise<void>(resolve => {
      finish = resolve
    })
    const close = disk.close.bind(disk)
    const closing = new Promise<void>(resolve => {
      disk.close = async fd => {
        resolve()
        await held
        await close(fd)
      }
    })
    await guard.leave(await entered('f0'))
    await closing
    let isClosed = false
    const closed = guard.close().then(() => {
      isClosed = true
    })
    await setImmediate()
    expect(isClosed).toBe(false)
    finish?.()
    await closed
    expect(openFiles()).toBe(before)
  })

  it('F6 concurrent enter, leave and remove calls leave no folder open', async () => {
    const before = openFiles()
    const lane = async (index: number) => {
      for (let round = 0; round < 30; round++) {
        const name = `f${(index + round) % 4}`
        const folder = await guard.enter([name], { make: () => undefined })
        if (round % 7 === index) await rm(join(root, name), { recursive: true, force: true })
        if (round % 5 === 0) await setImmediate()
        await guard.leave(folder)
      }
    }
    await Promise.all(Array.from({ length: 7 }, (_, index) => lane(index)))
    await guard.close()
    expect(openFiles()).toBe(before)
  })
})
