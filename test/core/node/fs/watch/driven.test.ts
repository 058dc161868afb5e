import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { Watcher } from '../../../changes/watcher.ts'
import { bytesOf } from '../bytes-of.ts'
import { systemError } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'
import { DrivenDisk, Hold } from './driven-disk.ts'

const roots = new TempRoots()
const value = bytesOf('value')
let root: string
let disk: DrivenDisk
let store: FsDatastore

const path = (...names: string[]) => join(root, ...names)
const put = (text: string) => store.put(Key.parse(text), value)
const open = async (layout: 'strata' | 'plain', own = new DrivenDisk()) => {
  disk = own
  store = await FsDatastore.open(root, { layout }, disk)
}

/** Waits until a watcher has processed everything. */
async function settled(watcher: Watcher, ready = '/ready'): Promise<Watcher> {
  await put(ready)
  await watcher.until(`put ${ready}`)
  return watcher
}

/** Makes a call and waits until its `verb` is done. The returned function completes the call. */
async function startAndHold(
  verb: 'unlink' | 'rename',
  file: string,
  call: () => Promise<void>,
): Promise<() => Promise<void>> {
  const hold = new Hold('after')
  disk.hold(verb, file, hold)
  const ended = call()
  await hold.reached
  return () => {
    hold.release()
    return ended
  }
}

/** Waits until the watch reads a file that no test uses. It stays there until the returned function is called. */
async function looking(): Promise<() => void> {
  const hold = new Hold('before')
  disk.hold('lstat', '/slow.val', hold)
  writeFileSync(path('slow.val'), 'x')
  disk.tell(root, 'slow.val')
  await hold.reached
  return hold.release
}

beforeEach(async () => {
  root = await roots.make()
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe('removals by the store itself are reported', () => {
  const removals = {
    delete: { verb: 'unlink', remove: () => store.delete(Key.of('a')) },
    rename: { verb: 'rename', remove: () => store.rename(Key.of('a'), Key.of('b')) },
  } as const

  it.each(Object.entries(removals))(
    'D12 F10 a %s that was done before the watch read the folder, and ends later',
    async (_, { verb, remove }) => {
      await open('strata')
      await put('/a')
      const end = await startAndHold(verb, '/a.val', remove)
      const watcher = await settled(new Watcher(store))
      await end()
      await watcher.until('delete /a')
      await watcher.stop()
    },
  )

  it('D12 F16 a value put and deleted with its folder between two reads', async () => {
    await open('strata')
    const watcher = await settled(new Watcher(store))
    const release = await looking()
    await put('/x/y')
    await store.delete(Key.parse('/x/y'))
    release()
    await watcher.all(['put /slow', 'delete /x/y'])
    await watcher.stop()
  })

  it('F16 once, if the system reported it first', async () => {
    await open('strata')
    await put('/a')
    const watcher = await settled(new Watcher(store))
    const end = await startAndHold('unlink', '/a.val', () => store.delete(Key.of('a')))
    disk.tell(root, 'a.val')
    expect(await watcher.until('delete /a')).toEqual(['delete /a'])
    await end()
    await settled(watcher, '/z')
    await put('/last')
    expect(await watcher.until('put /last')).toEqual(['put /last'])
    await watcher.stop()
  })

  it('F16 D18 if the call failed afterwards', async () => {
    class FailsAfter extends DrivenDisk {
      override async unlink(file: string): Promise<void> {
        await super.unlink(file)
        throw systemError('EIO')
      }
    }
    await open('strata', new FailsAfter())
    await put('/a')
    const watcher = await settled(new Watcher(store))
    await expect(store.delete(Key.of('a'))).rejects.toMatchObject({ code: 'IO' })
    await watcher.until('delete /a')
    await watcher.stop()
  })

  it('F16 before the next put there, and not after', async () => {
    await open('strata')
    const watcher = await settled(new Watcher(store))
    const release = await looking()
    await put('/a')
    await store.delete(Key.of('a'))
    await put('/a')
    release()
    await watcher.until('put /a')
    await settled(watcher, '/z')
    await put('/last')
    expect(await watcher.until('put /last')).toEqual(['put /last'])
    await watcher.stop()
  })
})

describe('a folder that replaces another one with equal stats', () => {
  it('F10 is watched if it was created while the other one was opened', async () => {
    await open('plain')
    mkdirSync(path('f'))
    const hold = new Hold('before')
    disk.hold('open', '/f', hold)
    const watcher = new Watcher(store)
    await hold.reached
    disk.replaceFolder(path('f'))
    disk.tell(root, 'f')
    hold.release()
    await settled(watcher)
    writeFileSync(path('f', 'new'), 'x')
    disk.tell(path('f'), 'new')
    await watcher.until('put /f/new')
    await watcher.stop()
  })

  it('F10 is watched if it was created later, and so are those below it', async () => {
    await open('plain')
    mkdirSync(path('f', 'g'), { recursive: true })
    writeFileSync(path('f', 'g', 'old'), 'x')
    const watcher = await settled(new Watcher(store))
    disk.replaceFolder(path('f'))
    mkdirSync(path('f', 'g'))
    disk.tell(root, 'f')
    await watcher.until('delete /f/g/old')
    await settled(watcher, '/ready2')
    writeFileSync(path('f', 'g', 'new'), 'x')
    disk.tell(path('f', 'g'), 'new')
    await watcher.until('put /f/g/new')
    await watcher.stop()
  })
})

describe('a watch continues', () => {
  it('F10 D18 when a folder disappears while it is read, where folders cannot be held open', async () => {
    class WithoutProc extends DrivenDisk {
      override readlink(): string {
        return 'elsewhere'
      }
    }
    await open('plain', new WithoutProc())
    mkdirSync(path('f'))
    const hold = new Hold('before')
    disk.hold('readdir', '/f', hold)
    const watcher = new Watcher(store)
    await hold.reached
    rmSync(path('f'), { recursive: true })
    hold.release()
    await settled(watcher)
    await watcher.stop()
  })

  it('F10 when all watches together receive more events at once than the system can queue', async () => {
    await open('plain')
    const watchers = [await settled(new Watcher(store)), await settled(new Watcher(store), '/ready2')]
    // The system loses the event of this change.
    writeFileSync(path('lost'), 'x')
    for (let count = 0; count < 12_000 / watchers.length; count++) disk.tell(root, 'ready')
    for (const watcher of watchers) await watcher.until('put /lost')
    for (const watcher of watchers) await watcher.stop()
  })
})
