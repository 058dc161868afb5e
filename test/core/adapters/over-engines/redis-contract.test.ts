import { afterAll, it } from 'vitest'
import { cache } from '../../../../src/core/adapters/cache.ts'
import { MountDatastore } from '../../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { Key } from '../../../../src/core/key.ts'
import { describeDatastore, openedAt } from '../../../contract/describe-datastore.ts'
import { noRedis, startRedis } from '../../../servers/redis.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'
import { heldByPath } from '../../ordered/path/held-by-path.ts'
import { engines, heldBesideLmdb, openRedis } from './engines.ts'

const DATABASES = [0, 1, 2, 3]

if (noRedis === undefined) {
  const roots = new TempRoots()
  const server = await startRedis()
  afterAll(async () => {
    await server.stop()
    await roots.remove()
  })
  /** An empty folder, beside empty databases. */
  const make = async () => {
    await server.flush()
    return roots.make()
  }

  describeDatastore('cache over Redis', {
    ...openedAt(make, async () => cache(await openRedis(server.url), { maxEntries: 20 })),
    runs: 5,
  })
  describeDatastore('cache over Redis, layout path,', {
    ...openedAt(make, async () => cache(await openRedis(server.url, 'path'), { maxEntries: 20 })),
    hostileSegments: heldByPath({ separator: '/' }),
    runs: 5,
  })
  describeDatastore('TieredDatastore of LMDB and Redis', {
    ...openedAt(make, async folder => {
      return new TieredDatastore([await engines.lmdb(folder), await openRedis(server.url)])
    }),
    runs: 5,
  })
  describeDatastore('ShardedDatastore over four databases of Redis', {
    ...openedAt(make, async () => {
      const open = (database: number) => openRedis(server.url, 'strata', database)
      return new ShardedDatastore(await Promise.all(DATABASES.map(open)))
    }),
    runs: 5,
  })
  // Shards spread the keys of the suite over the mounts, so that each test uses all of them.
  describeDatastore('ShardedDatastore over a mount of LevelDB, LMDB, SQLite, Redis and a folder', {
    ...openedAt(make, async folder => {
      const mount = new MountDatastore({
        '/leveldb': await engines.leveldb(folder),
        '/lmdb': await engines.lmdb(folder),
        '/sqlite': await engines.sqlite(folder),
        '/redis': await openRedis(server.url),
        '/': await engines.folder(folder),
      })
      const names = ['leveldb', 'lmdb', 'sqlite', 'redis', 'files']
      return new ShardedDatastore(names.map(name => new NamespaceDatastore(mount, Key.of(name))))
    }),
    hostileSegments: heldBesideLmdb,
    runs: 5,
  })
} else it('adapters over Redis', ({ skip }) => skip(noRedis))
