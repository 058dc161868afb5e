import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FsDatastore as PeerFs } from 'datastore-fs'
import { Key as PeerKey } from 'interface-datastore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { Watcher } from '../../../changes/watcher.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const value = bytesOf('value')
let root: string
let store: FsDatastore

const open = async (options: FsOptions = {}) => {
  store = await FsDatastore.open(root, options)
}
const path = (...names: string[]) => join(root, ...names)
const write = (name: string, text = 'text') => writeFileSync(path(name), text)
const put = (text: string) => store.put(Key.parse(text), value)
const texts = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

/** A watcher that is known to be active, because it has reported a change by others. */
async function watching(ready = '/ready'): Promise<Watcher> {
  const watcher = new Watcher(store)
  await put(ready)
  await watcher.until(`put ${ready}`)
  return watcher
}

beforeEach(async () => {
  root = await roots.make()
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe.each(['strata', 'plain', 'datastore-fs'] as const)('watch in layout %s', layout => {
  it('D12 F10 reports the changes of the store itself, from the first pull on', async () => {
    await open({ layout })
    for (const text of ['/kept/a', '/kept/b', '/gone']) await put(text)
    const watcher = new Watcher(store)
    // The watch has just begun, and these may be done before it has read the folder.
    await Promise.all([put('/new/deep/er'), store.delete(Key.of('gone')), put('/kept/a')])
    await watcher.all(['put /new/deep/er', 'delete /gone', 'put /kept/a'])
    await store.rename(Key.parse('/kept/b'), Key.parse('/moved'))
    expect((await watcher.all(['delete /kept/b', 'put /moved'])).sort()).toEqual([
      'delete /kept/b',
      'put /moved',
    ])
    await watcher.stop()
  })

  it('D12 F10 reports each change once, and nothing else', async () => {
    await open({ layout })
    const watcher = await watching()
    await put('/a')
    expect(await watcher.until('put /a')).toEqual(['put /a'])
    await put('/b')
    await store.get(Key.of('a'))
    await store.list(Key.root)
    await store.sync()
    await put('/z')
    expect(await watcher.until('put /z')).toEqual(['put /b', 'put /z'])
    await watcher.stop()
  })

  it('D12 F10 reports changes by another process through its own store', async () => {
    await open({ layout })
    const watcher = await watching()
    const other = await roots.make()
    const theirs = await FsDatastore.open(other, { layout })
    await theirs.put(Key.parse('/x/one'), value)
    await theirs.put(Key.parse('/x/two/three'), value)
    await theirs.close()
    // A whole branch appears at once, as when a backup is restored.
    renameSync(join(other, 'x'), path('x'))
    await watcher.all(['put /x/one', 'put /x/two/three'])
    rmSync(path('x'), { recursive: true })
    await watcher.all(['delete /x/one', 'delete /x/two/three'])
    await watcher.stop()
  })

  it('D12 F10 reports only changes at and below the prefix', async () => {
    await open({ layout: layout === 'plain' ? 'strata' : layout })
    const watcher = new Watcher(store, '/a/b')
    for (const text of ['/a', '/a/bb', '/a/b', '/a/b/c', '/b', '/a/c/b']) await put(text)
    await put('/a/b/last')
    const seen = await watcher.all(['put /a/b', 'put /a/b/c', 'put /a/b/last'])
    expect(seen.sort()).toEqual(['put /a/b', 'put /a/b/c', 'put /a/b/last'])
    await watcher.stop()
  })
})

describe('watch with changes by others', () => {
  it('F10 folders created quickly, with values in them at once', async () => {
    await open({ layout: 'plain' })
    const watcher = await watching()
    for (const name of texts(20, 'q')) {
      mkdirSync(path(name, 'b', 'c'), { recursive: true })
      write(`${name}/b/c/x`)
      write(`${name}/y`)
    }
    const expected = texts(20, '/q').flatMap(text => [`put ${text}/b/c/x`, `put ${text}/y`])
    expect((await watcher.all(expected)).sort()).toEqual(expected.sort())
    await watcher.stop()
  })

  it('F10 a rename over a value, a value that becomes a folder, a folder that is replaced', async () => {
    await open({ layout: 'plain' })
    mkdirSync(path('f'))
    write('f/old')
    write('f/same')
    write('a')
    const watcher = await watching()
    write('.hidden', 'on its way')
    renameSync(path('.hidden'), path('a'))
    expect(await watcher.until('put /a')).not.toContain('delete /a')
    rmSync(path('a'))
    mkdirSync(path('a'))
    write('a/below')
    await watcher.all(['delete /a', 'put /a/below'])
    rmSync(path('f'), { recursive: true })
    mkdirSync(path('f'))
    write('f/new')
    await watcher.all(['delete /f/old', 'delete /f/same', 'put /f/new'])
    write('f/new', 'changed')
    await watcher.until('put /f/new')
    await watcher.stop()
  })

  it('F10 more changes at once than the system can queue', { timeout: 40_000 }, async () => {
    await open({ layout: 'plain' })
    mkdirSync(path('many'))
    write('many/before')
    const watcher = await watching()
    const names = texts(9000, 'many/')
    for (const name of names) write(name)
    rmSync(path('many', 'before'))
    await watcher.all([...names.map(name => `put /${name}`), 'delete /many/before'])
    await watcher.stop()
  })

  it('F10 I1 flatfs and datastore-fs writing to their own folders', async () => {
    await open({ layout: 'flatfs' })
    let watcher = await watching('/READY')
    mkdirSync(path('AB'), { recursive: true })
    write('.temp/temp-1')
    renameSync(path('.temp', 'temp-1'), path('AB', 'CIQABC.data'))
    write('diskUsage.cache', '{}')
    expect(await watcher.until('put /CIQABC')).toEqual(['put /CIQABC'])
    rmSync(path('AB', 'CIQABC.data'))
    expect(await watcher.until('delete /CIQABC')).toEqual(['delete /CIQABC'])
    await watcher.stop()
    await store.close()

    root = await roots.make()
    const peer = new PeerFs(root)
    await peer.open()
    await open({ layout: 'datastore-fs' })
    watcher = await watching()
    await peer.put(new PeerKey('/deep/er/key'), value)
    await watcher.until('put /deep/er/key')
    await peer.delete(new PeerKey('/deep/er/key'))
    await watcher.until('delete /deep/er/key')
    await watcher.stop()
  })

  it('F10 F2 a long name whose label is written after its value, and removed before it', async () => {
    await open()
    const watcher = await watching()
    const key = Key.of('long'.repeat(100))
    const other = await roots.make()
    const theirs = await FsDatastore.open(other)
    await theirs.put(key, value)
    await theirs.close()
    const [label = '', file = ''] = readdirSync(other).filter(name => name.startsWith('long'))
    expect(label).toMatch(/\.name$/)
    copyFileSync(join(other, file), path(file))
    write('between.val')
    expect(await watcher.until('put /between')).toEqual(['put /between'])
    copyFileSync(join(other, label), path(label))
    await watcher.until(`put ${key.toString()}`)
    rmSync(path(label))
    await watcher.until(`delete ${key.toString()}`)
    await watcher.stop()
  })

  it('F10 F3 a folder replaced by a link does not lead the watch outside', async () => {
    await open({ layout: 'plain' })
    const outside = await roots.make()
    mkdirSync(path('f'))
    write('f/a')
    const watcher = await watching()
    rmSync(path('f'), { recursive: true })
    symlinkSync(outside, path('f'))
    await watcher.until('delete /f/a')
    writeFileSync(join(outside, 'secret'), 'x')
    write('last')
    expect(await watcher.until('put /last')).toEqual(['put /last'])
    await watcher.stop()
  })
})

describe('a watch of a folder ends', () => {
  it('D40 when its consumer stops, also during a pull', async () => {
    await open()
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const pending = changes.next()
    await changes.return?.()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(await changes.next()).toEqual({ done: true, value: undefined })
  })

  it('D13 when its signal fires', async () => {
    await open()
    const abort = new AbortController()
    const watcher = new Watcher(store, '/', abort.signal)
    await put('/a')
    await watcher.until('put /a')
    abort.abort()
    expect(await watcher.ended).toMatchObject({ name: 'AbortError' })
  })

  it('D14 with the store, which does not wait for watchers', async () => {
    await open()
    const watchers = [new Watcher(store), new Watcher(store, '/a')]
    await put('/a/b')
    await store.close()
    expect(await Promise.all(watchers.map(watcher => watcher.ended))).toEqual(['end', 'end'])
    expect(await new Watcher(store).ended).toMatchObject({ code: 'CLOSED' })
  })

  it('D18 with a failure that reports it when the folder of the store is gone', async () => {
    await open()
    const watcher = await watching()
    rmSync(root, { recursive: true })
    expect(await watcher.ended).toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/^Cannot watch "\/": the folder .* has disappeared$/) as string,
    })
  })
})
