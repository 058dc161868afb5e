import fs from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import type { LayoutName } from '../../../../../src/core/node/fs/layout.ts'
import { nodeKinds } from '../../../../../src/core/node/stack.ts'
import { Registry } from '../../../../../src/core/stack/registry.ts'
import { openSource } from '../../../../../src/main/host/sessions/open-source.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await roots.remove()
})

const verbs = [
  'openSync',
  'closeSync',
  'readSync',
  'writeSync',
  'fstatSync',
  'lstatSync',
  'readdirSync',
  'mkdirSync',
  'rmdirSync',
  'unlinkSync',
  'renameSync',
  'linkSync',
  'accessSync',
  'readlinkSync',
  'futimesSync',
  'fchmodSync',
  'fchownSync',
] as const

/** The names of the synchronous operations called from now on. */
function synchronousCalls(): string[] {
  const calls: string[] = []
  for (const verb of verbs) {
    const real = fs[verb] as (...values: unknown[]) => unknown
    vi.spyOn(fs, verb as 'openSync').mockImplementation(((...values: unknown[]) => {
      calls.push(verb)
      return real(...values)
    }) as typeof fs.openSync)
  }
  return calls
}

const key = Key.of('branch', 'key')

describe('a store opened with inline: false', () => {
  it.each(['strata', 'plain'] satisfies LayoutName[])(
    'F11 makes no file operation on the calling thread (layout %s)',
    async layout => {
      const calls = synchronousCalls()
      await using store = await FsDatastore.open(root, { layout, inline: false })
      await store.put(key, bytesOf('value'))
      await store.put(key, [bytesOf('other')].values(), { create: false })
      await store.get(key)
      await store.has(Key.of('absent'))
      await store.list(key.parent)
      await store.rename(key, Key.of('renamed'))
      await store.stats()
      await store.sync()
      await store.delete(Key.of('renamed'))
      expect(calls).toEqual([])
    },
  )

  it('F11 the host opens its folders with inline: false', async () => {
    await writeFile(join(root, 'a.txt'), 'text')
    const calls = synchronousCalls()
    const { stack } = await openSource(
      { type: 'folder', path: root },
      { sampleDirectory: root, registry: new Registry(nodeKinds), secrets: { get: async () => undefined } },
    )
    await stack.store.put(key, bytesOf('value'))
    await stack.store.list(Key.root)
    await stack.store.close()
    expect(calls).toEqual([])
  })
})

describe('long folders', () => {
  it('F11 are listed in slices, without blocking the event loop', async () => {
    await mkdir(join(root, 'long'))
    const names = Array.from({ length: 6000 }, (_, index) => `key-${(index * 7919) % 6000}`)
    for (let start = 0; start < names.length; start += 100) {
      await Promise.all(names.slice(start, start + 100).map(name => writeFile(join(root, 'long', name), '')))
    }
    await using store = await FsDatastore.open(root, { layout: 'plain', inline: false })
    const page = await store.list(Key.of('long'), { limit: 6000 })
    expect(page.children.map(({ name }) => name)).toEqual(names.sort())
  })
})
