import { expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { directoryTree } from '../../../src/core/adapters/directory/directory-tree.ts'
import { journal } from '../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../src/core/adapters/journal/memory-journal.ts'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { symlink } from '../../../src/core/adapters/symlink/symlink.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import type { Hidden, ListPage } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import type { Call } from '../../../src/core/open/call.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { bytes } from '../../text.ts'
import { MapStore } from '../open/map-store.ts'

const HIDDEN: Hidden = { count: 12, examples: [{ name: 'pipe', reason: 'special' }] }

/** Reports hidden entries in the level `/x`, and records calls of `prune`. */
class FolderLikeStore extends MapStore {
  readonly pruned: string[] = []

  override async list(prefix: Key, call: Call): Promise<ListPage> {
    const page = await super.list(prefix, call)
    return prefix.toString() === '/x' ? { ...page, hidden: HIDDEN } : page
  }

  prune(prefix: Key): void {
    this.pruned.push(prefix.toString())
  }
}

const x = Key.of('x')
const ADAPTERS: readonly [string, (below: Datastore) => Datastore | Promise<Datastore>, Key][] = [
  ['shards', below => new ShardedDatastore([below, new MemoryDatastore()]), x],
  ['a mount', below => new MountDatastore({ '/': new MemoryDatastore(), '/m': below }), Key.of('m', 'x')],
  ['a mount above another', below => new MountDatastore({ '/': below, '/x/m': new MemoryDatastore() }), x],
  ['a namespace', below => new NamespaceDatastore(new MountDatastore({ '/n': below }), Key.of('n')), x],
  ['a key transform', below => new KeyTransformDatastore(below, lowercase), x],
  ['tiers', below => new TieredDatastore([new MemoryDatastore(), below]), x],
  [
    'a write-back',
    below => new TieredDatastore([new MemoryDatastore(), below], { mode: 'write-back', flushDelay: 60_000 }),
    x,
  ],
  ['a cache', below => cache(below), x],
  ['links', below => symlink(below, { links: new MemoryDatastore() }), x],
  ['a directory tree', below => directoryTree(below, { members: new MemoryDatastore() }), x],
  ['a journal', below => journal(below, { log: memoryJournal() }), x],
  ['compression', below => transformed(below, gzip), x],
  ['a layer', below => retry(below), x],
]

it.each(ADAPTERS)('F22 %s reports which entries of a level are not keys', async (_, over, level) => {
  const upper = await over(new Datastore(new FolderLikeStore()))
  expect((await upper.list(level)).hidden).toEqual(HIDDEN)
  for (const name of ['a', 'b']) await upper.put(level.child(name), bytes('1'))
  const { children, cursor, hidden } = await upper.list(level, { limit: 1 })
  expect([children.length, hidden]).toEqual([1, HIDDEN])
  expect((await upper.list(level, { limit: 1, after: cursor })).hidden).toEqual(HIDDEN)
  expect((await upper.list(level.parent)).hidden).toBeUndefined()
  await upper.close()
})

it.each(ADAPTERS)('D27 %s passes prune on', async (_, over, level) => {
  const store = new FolderLikeStore()
  const upper = await over(new Datastore(store))
  await upper.prune(level)
  expect(store.pruned).toEqual(['/x'])
  await upper.close()
})

it('F22 shards add the counts of their hidden entries, and report the first ten by name', async () => {
  const examples = ['b', 'a', ...Array.from({ length: 8 }, (_, index) => `c${index}`)]
  const hiding = (names: readonly string[]) =>
    new Datastore(
      Object.assign(new MapStore(), {
        list: () => ({
          children: [],
          hidden: {
            count: names.length + 1,
            examples: names.map(name => ({ name, reason: 'link' as const })),
          },
        }),
      }),
    )
  const { hidden } = await new ShardedDatastore([hiding(examples), hiding(['aa'])]).list(Key.root)
  expect(hidden?.count).toBe(13)
  expect(hidden?.examples.map(({ name }) => name)).toEqual(['a', 'aa', 'b', ...examples.slice(2, 9)])
})
