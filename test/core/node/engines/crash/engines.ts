import { basename, dirname } from 'node:path'
import { TieredDatastore } from '../../../../../src/core/adapters/tiered/tiered.ts'
import { EtcdDatastore } from '../../../../../src/core/node/engines/etcd/etcd-datastore.ts'
import { GitDatastore } from '../../../../../src/core/node/engines/git/git-datastore.ts'
import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { MemcachedDatastore } from '../../../../../src/core/node/engines/memcached/memcached-datastore.ts'
import { MongoDatastore } from '../../../../../src/core/node/engines/mongodb/mongo-datastore.ts'
import { MysqlDatastore } from '../../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import { PostgresDatastore } from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { RedisDatastore } from '../../../../../src/core/node/engines/redis/redis-datastore.ts'
import { S3Datastore } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import { SqliteDatastore } from '../../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../../../src/core/stores/memory.ts'

/**
 * Opens the store of a crash test.
 * @param server The address of a server, for engines with a server and for tiers over Redis.
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
    case 'etcd':
      return EtcdDatastore.open({ url: server })
    case 'git':
      return GitDatastore.open(path, { durability, author: { name: 'Ann', email: 'ann@example.org' } })
    case 'leveldb':
      return LevelDatastore.open(path, { durability })
    case 'lmdb':
      return LmdbDatastore.open(path, { durability })
    case 'memcached':
      return MemcachedDatastore.open({ url: server, layout: 'strata' })
    case 'mongodb':
    case 'replicated mongodb':
      return MongoDatastore.open({ url: server })
    case 'mysql':
      return MysqlDatastore.open({ url: server, user: 'app' })
    case 'postgres':
      return PostgresDatastore.open({ url: server, user: 'postgres' })
    case 's3':
      return openS3(path, server)
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

/** @param path Each has a folder of its own in the bucket. @param server The endpoint, user, password and bucket as JSON. */
function openS3(path: string, server: string): Promise<S3Datastore> {
  const { endpoint, user, password, bucket } = JSON.parse(server) as Record<string, string>
  const url = `s3://${bucket}/${basename(dirname(path))}`
  return S3Datastore.open(
    { url, endpoint, user, password: { secret: 'key' } },
    { secret: () => Promise.resolve(password ?? '') },
  )
}
