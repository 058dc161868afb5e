import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { symlink } from '../../../src/core/adapters/symlink/symlink.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { readOnly } from '../../../src/core/layers/lock.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { timeout } from '../../../src/core/layers/timeout.ts'
import { GitDatastore } from '../../../src/core/node/engines/git/git-datastore.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { missing } from '../../servers/server-process.ts'
import { bytes, text } from '../../text.ts'
import { TempRoots } from '../node/fs/temp-root.ts'

const noGit = missing('git', 'git')
const roots = new TempRoots()
afterAll(() => roots.remove())

const key = Key.parse('/up/a')
const memory = () => new MemoryDatastore()

it.for<readonly [string, (store: BinaryDatastore) => BinaryDatastore]>([
  ['a cache', store => cache(store)],
  ['a key transform', store => new KeyTransformDatastore(store, lowercase)],
  ['a mount', store => new MountDatastore({ '/': memory(), '/up': store })],
  ['a namespace', store => new NamespaceDatastore(store, Key.of('below'))],
  ['layers', store => retry(timeout(store, 10_000))],
  ['links', store => symlink(store, { links: memory() })],
  ['shards', store => new ShardedDatastore([store])],
  ['tiers', store => new TieredDatastore([memory(), store])],
  ['tiers with write-back', store => new TieredDatastore([memory(), store], { mode: 'write-back' })],
  ['gzip', store => transformed(store, gzip)],
])('E113 versions are listed and read through %s', async ([, over], { skip }) => {
  skip(noGit !== undefined, noGit)
  await using git = await GitDatastore.open(join(await roots.make(), 'store.git'))
  await using store = over(git)
  expect(store.capabilities.history).toBe(true)
  for (const value of ['one', 'two']) {
    await store.put(key, bytes(value))
    await store.sync()
  }
  const versions = await store.versions(key)
  expect(versions).toHaveLength(2)
  const values = await Promise.all(versions.map(async ({ id }) => text(await store.getVersion(key, id))))
  expect(values).toEqual(['two', 'one'])
  expect(await store.versions(Key.of('other'))).toEqual([])
  await expect(store.getVersion(key, '0'.repeat(40))).rejects.toMatchObject({ code: 'NOT_FOUND', key })
  expect(await readOnly(store).versions(key, { limit: 1 })).toEqual(versions.slice(0, 1))
})

it('E113 a store over several stores has history if any of them does, and a key has the history of its store', async ({
  skip,
}) => {
  skip(noGit !== undefined, noGit)
  await using git = await GitDatastore.open(join(await roots.make(), 'store.git'))
  await using store = new MountDatastore({ '/': memory(), '/up': git })
  for (const at of [key, Key.of('b')]) await store.put(at, bytes('x'))
  expect(store.capabilities.history).toBe(true)
  expect((await store.versions(key)).map(({ message }) => message)).toEqual(['put /a'])
  expect(await store.versions(Key.of('b'))).toEqual([])
  expect(new MountDatastore({ '/': memory() }).capabilities.history).toBe(false)
})
