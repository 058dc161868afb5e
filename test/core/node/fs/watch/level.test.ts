import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** A watcher of one level that is known to be active. */
async function watching(prefix: string): Promise<Watcher> {
  const watcher = new Watcher(store, prefix, { recursive: false })
  const ready = Key.parse(prefix).childOfCleanSegment('ready')
  await store.put(ready, value)
  await watcher.until(`put ${ready.toString()}`)
  return watcher
}

beforeEach(async () => {
  root = await roots.make()
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe.each(['strata', 'plain', 'datastore-fs'] as const)('watch of one level in layout %s', layout => {
  it('D73 reports the values of the level, and nothing deeper', async () => {
    await open({ layout })
    await put('/a/b/old')
    const watcher = await watching('/a')
    await put('/a/b/deep')
    await put('/elsewhere')
    await put('/a/new')
    await store.delete(Key.parse('/a/new'))
    await put('/a/last')
    const seen = await watcher.all(['put /a/last', 'delete /a/new'])
    expect(new Set(seen)).not.toContain('put /a/b/deep')
    expect(new Set(seen)).not.toContain('put /elsewhere')
    await watcher.stop()
  })

  it('D73 reports a branch that another process moves in or out as resync of its key', async () => {
    await open({ layout })
    const watcher = await watching('/a')
    const other = await roots.make()
    const theirs = await FsDatastore.open(other, { layout })
    await theirs.put(Key.parse('/x/one'), value)
    await theirs.close()
    renameSync(join(other, 'x'), path('a', 'x'))
    await watcher.until('resync /a/x')
    rmSync(path('a', 'x'), { recursive: true })
    await watcher.until('resync /a/x')
    await watcher.stop()
  })

  it('D73 continues when the folder of the level is removed and created again', async () => {
    await open({ layout })
    const watcher = await watching('/a')
    renameSync(path('a'), path('away'))
    await watcher.until('resync /a')
    renameSync(path('away'), path('a'))
    await watcher.until('resync /a')
    await put('/a/later')
    await watcher.until('put /a/later')
    await watcher.stop()
  })

  it('D73 waits for a level that does not exist yet', async () => {
    await open({ layout })
    const watcher = new Watcher(store, '/not/yet', { recursive: false })
    const other = await FsDatastore.open(root, { layout })
    await other.put(Key.parse('/not/yet/there'), value)
    await watcher.until('resync /not/yet')
    await other.put(Key.parse('/not/yet/here'), value)
    await watcher.until('put /not/yet/here')
    await other.close()
    await watcher.stop()
  })
})

describe('watch of one level with changes by others', () => {
  it('F38 files written, changed and removed by other programs', async () => {
    await open({ layout: 'plain' })
    write('kept')
    const watcher = await watching('/')
    write('new')
    await watcher.until('put /new')
    write('kept', 'changed in place')
    await watcher.until('put /kept')
    unlinkSync(path('kept'))
    // In this layout a value and a branch have the same name.
    await watcher.until('resync /kept')
    mkdirSync(path('branch'))
    await watcher.until('resync /branch')
    await watcher.stop()
  })

  it('F38 a value that becomes a folder, and a folder that becomes a value', async () => {
    await open({ layout: 'plain' })
    write('a')
    mkdirSync(path('f'))
    const watcher = await watching('/')
    unlinkSync(path('a'))
    mkdirSync(path('a'))
    await watcher.until('resync /a')
    rmSync(path('f'), { recursive: true })
    write('f')
    await watcher.until('put /f')
    await watcher.stop()
  })

  it('D73 a name that is too long for a file, with its label', async () => {
    await open({ layout: 'strata' })
    const long = `/${'x'.repeat(400)}`
    const watcher = await watching('/')
    const other = await FsDatastore.open(root, { layout: 'strata' })
    await other.put(Key.parse(long), value)
    await watcher.until(`put ${long}`)
    await other.delete(Key.parse(long))
    await watcher.until(`delete ${long}`)
    await other.close()
    await watcher.stop()
  })

  it('D24 fails when the folder of the store is gone', async () => {
    await open({ layout: 'plain' })
    const watcher = await watching('/')
    rmSync(root, { recursive: true })
    expect(await watcher.ended).toMatchObject({ code: 'IO' })
    mkdirSync(root)
  })

  it('F38 blocks of a Kubo node, in folders that are created later', async () => {
    write('SHARDING', '/repo/flatfs/shard/v1/next-to-last/2\n')
    await open({ layout: 'flatfs' })
    const watcher = new Watcher(store, '/', { recursive: false })
    await put('/CIQAAAA')
    await watcher.until('put /CIQAAAA')
    await put('/CIQABBB')
    await watcher.until('put /CIQABBB')
    await store.delete(Key.of('CIQAAAA'))
    await watcher.until('delete /CIQAAAA')
    await watcher.stop()
  })
})
