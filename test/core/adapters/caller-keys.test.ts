import { describe, expect, it } from 'vitest'
import { directories } from '../../../src/core/adapters/directory/directory.ts'
import { journal } from '../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../src/core/adapters/journal/memory-journal.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { symlink } from '../../../src/core/adapters/symlink/symlink.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { TempRoots } from '../node/fs/temp-root.ts'
import { BreakableDatastore } from './breakable.ts'

const key = (text: string) => Key.parse(text)
const value = Uint8Array.of(1)

const below = (store: BinaryDatastore) => new NamespaceDatastore(store, key('/ns'))

async function messageOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no failure',
    (error: unknown) => (error as Error).message,
  )
}

/** Adapters above a store never show the names that the store uses for its keys. */
describe('messages in the keys of the caller', () => {
  it('D67 of a broken link, and of a circle of links', async () => {
    const links = new MemoryDatastore()
    const store = symlink(new MemoryDatastore(), { links })
    await store.link(key('/ns/l'), key('/ns/t'))
    await store.link(key('/ns/out'), key('/other'))
    expect(await messageOf(below(store).get(key('/l')))).toBe(
      'Cannot get "/l": its link is broken: "/l" → "/t", and there is no such key',
    )
    expect(await messageOf(below(store).get(key('/out')))).toBe(
      'Cannot get "/out": its link is broken: "/out" → a key outside this store, and there is no such key',
    )
    await links.put(key('/ns/t'), new TextEncoder().encode('/ns/l'))
    expect(await messageOf(below(store).get(key('/l')))).toBe(
      'Cannot get "/l": its links lead in a circle: "/l" → "/t" → "/l"',
    )
  })

  it('D67 of a value that is not bytes, and of options that contradict each other', async () => {
    const store = below(new MemoryDatastore())
    expect(await messageOf(store.put(key('/a'), 'text' as unknown as Uint8Array))).toBe(
      'Cannot put: a value is a Uint8Array or an iterable of them, not string',
    )
    expect(await messageOf(store.put(key('/a'), value, { create: false, replace: false }))).toBe(
      'Cannot put: create and replace are both false, so nothing could be written',
    )
  })

  it('D67 of the store that holds the records of a directory', async () => {
    const members = new BreakableDatastore()
    const store = directories(new MemoryDatastore(), { members })
    await store.directoryAdd(key('/dir'), key('/a/b'))
    members.breakOn('get', 'delete', 'has')
    for (const call of [
      collect(store.directoryRead(key('/dir'))),
      store.directoryRemove(key('/dir'), key('/a/b')),
      store.directory(key('/dir')),
    ])
      expect(await messageOf(call)).not.toContain('~1')
  })

  it('D67 of a directory with a damaged record', async () => {
    const members = new MemoryDatastore()
    const store = directories(new MemoryDatastore(), { members })
    await store.directoryAdd(key('/dir'), key('/a/b'))
    await members.put(key('/~1dir/~1a~1b'), value)
    expect(await messageOf(collect(store.directoryRead(key('/dir'))))).toBe(
      'Cannot read the directory "/dir": the record of its member "/a/b" is damaged',
    )
  })

  it('D67 of a write whose previous value a journal cannot read', async () => {
    const values = new BreakableDatastore()
    const store = below(await journal(values, { log: memoryJournal() }))
    values.breakOn('get', 'stat')
    const message = await messageOf(store.put(key('/a'), value))
    expect(message).toContain('Cannot put "/a": ')
    expect(message).not.toContain('/ns')
  })

  it('D67 of an earlier write that did not reach the last tier', async () => {
    const last = new BreakableDatastore()
    const tiers = new TieredDatastore([new MemoryDatastore(), last], { mode: 'write-back', flushAttempts: 1 })
    last.breakOn('put')
    const store = below(tiers)
    await store.put(key('/a'), value)
    const message = await messageOf(store.sync())
    expect(message).toContain('"/a"')
    expect(message).not.toContain('/ns')
  })

  it('D67 F9 of a file at the path of a folder', async () => {
    const roots = new TempRoots()
    const store = below(await FsDatastore.open(await roots.make(), { layout: 'plain' }))
    await store.put(key('/a'), value)
    expect(await messageOf(store.put(key('/a/b/c'), value))).toBe(
      'Cannot put "/a/b/c": "/a" is a file in this layout',
    )
    await store.close()
    await roots.remove()
  })
})
