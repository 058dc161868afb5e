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

/** Waits until a watcher has looked at all there is. */
async function settled(watcher: Watcher, ready = '/ready'): Promise<Watcher> {
  await put(ready)
  await watcher.until(`put ${ready}`)
  return watcher
}

/** Makes a call, and waits until its `verb` is done; then it waits to be ended. */
async function almost(
  verb: 'unlink' | 'rename',
  file: string,
  call: () => Promise<void>,
): Promise<() => Promise<void>> {
  const hold = new Hold('after')
  disk.hold(verb, file, hold)
  const ended = call()
  await hold.reached
  return () => {
    hold.letGo()
    return ended
  }
}

/** Waits until the watch looks at a file that nobody else touches; it stays at that until told to go on. */
async function looking(): Promise<() => void> {
  const hold = new Hold('before')
  disk.hold('lstat', '/slow.val', hold)
  writeFileSync(path('slow.val'), 'x')
  disk.tell(root, 'slow.val')
  await hold.reached
  return hold.letGo
}

beforeEach(async () => {
  root = await roots.make()
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe('what a store removes itself is told', () => {
  const removals = {
    delete: { verb: 'unlink', remove: () => store.delete(Key.of('a')) },
    rename: { verb: 'rename', remove: () => store.rename(Key.of('a'), Key.of('b')) },
  } as const

  it.each(Object.entries(removals))(
    'D12 F10 a %s that was done before the watch looked, and ends after',
    async (_, { verb, remove }) => {
      await open('strata')
      await put('/a')
      const end = await almost(verb, '/a.val', remove)
      const watcher = await settled(new Watcher(store))
      await end()
      await watcher.until('delete /a')
      await watcher.stop()
    },
  )

  it('D12 F16 a value that came and went with its folder between two looks', async () => {
    await open('strata')
    const watcher = await settled(new Watcher(store))
    const goOn = await looking()
    await put('/x/y')
    await store.delete(Key.parse('/x/y'))
    goOn()
    await watcher.all(['put /slow', 'delete /x/y'])
    await watcher.stop()
  })

  it('F16 once, where the system told of it first', async () => {
    await open('strata')
    await put('/a')
    const watcher = await settled(new Watcher(store))
    const end = await almost('unlink', '/a.val', () => store.delete(Key.of('a')))
    disk.tell(root, 'a.val')
    expect(await watcher.until('delete /a')).toEqual(['delete /a'])
    await end()
    await settled(watcher, '/z')
    await put('/last')
    expect(await watcher.until('put /last')).toEqual(['put /last'])
    await watcher.stop()
  })

  it('F16 D18 where the call failed after that', async () => {
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

  it('F16 before what is put there next, and not after', async () => {
    await open('strata')
    const watcher = await settled(new Watcher(store))
    const goOn = await looking()
    await put('/a')
    await store.delete(Key.of('a'))
    await put('/a')
    goOn()
    await watcher.until('put /a')
    await settled(watcher, '/z')
    await put('/last')
    expect(await watcher.until('put /last')).toEqual(['put /last'])
    await watcher.stop()
  })
})

describe('a folder in the place of another that looks the same', () => {
  it('F10 is watched when it came while the other was taken in', async () => {
    await open('plain')
    mkdirSync(path('f'))
    const hold = new Hold('before')
    disk.hold('open', '/f', hold)
    const watcher = new Watcher(store)
    await hold.reached
    disk.replaceFolder(path('f'))
    disk.tell(root, 'f')
    hold.letGo()
    await settled(watcher)
    writeFileSync(path('f', 'new'), 'x')
    disk.tell(path('f'), 'new')
    await watcher.until('put /f/new')
    await watcher.stop()
  })

  it('F10 is watched when it came later, and so are those below it', async () => {
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

describe('a watch goes on', () => {
  it('F10 D18 when a folder goes while it is read, where folders cannot be held open', async () => {
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
    hold.letGo()
    await settled(watcher)
    await watcher.stop()
  })

  it('F10 when all watches together were told more in one moment than the system can queue', async () => {
    await open('plain')
    const watchers = [await settled(new Watcher(store)), await settled(new Watcher(store), '/ready2')]
    // The system loses what it would have told of this.
    writeFileSync(path('lost'), 'x')
    for (let told = 0; told < 12_000 / watchers.length; told++) disk.tell(root, 'ready')
    for (const watcher of watchers) await watcher.until('put /lost')
    for (const watcher of watchers) await watcher.stop()
  })
})
