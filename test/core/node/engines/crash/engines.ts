import { TieredDatastore } from '../../../../../src/core/adapters/tiered/tiered.ts'
import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { SqliteDatastore } from '../../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../../../src/core/stores/memory.ts'

/**
 * Opens what a crash test writes to.
 * @param server The address of a Redis server, for tiers over it.
 */
export async function openEngine(
  engine: string,
  path: string,
  durability: 'none' | 'full',
  server: string,
): Promise<Datastore> {
  switch (engine) {
    case 'memory over redis':
      return new TieredDatastore<Uint8Array>([new MemoryDatastore(), await openRedis(server)])
    case 'leveldb over redis':
      return new TieredDatastore<Uint8Array>([
        await LevelDatastore.open(path, { durability }),
        await openRedis(server),
      ])
    case 'leveldb':
      return LevelDatastore.open(path, { durability })
    case 'lmdb':
      return LmdbDatastore.open(path, { durability })
    case 'sqlite':
      return SqliteDatastore.open(path, { durability })
    default:
      throw new Error(`There is no engine ${engine}`)
  }
}

function openRedis(url: string): Promise<RedisDatastore> {
  return RedisDatastore.open(
    { url, layout: 'strata' },
    { baseDirectory: undefined, secret: () => Promise.reject(new Error('there is none')) },
  )
}
