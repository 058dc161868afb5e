import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { LevelDatastore } from '../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { MysqlDatastore } from '../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import { PostgresDatastore } from '../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { RedisDatastore } from '../../../../src/core/node/engines/redis/redis-datastore.ts'
import { SqliteDatastore } from '../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import { FsDatastore } from '../../../../src/core/node/fs/fs-datastore.ts'
import { clientOf, newBucket, openS3Datastore, type S3Place } from '../../node/engines/s3/s3-context.ts'
import { context } from '../../node/engines/server-context.ts'

export type Layout = 'strata' | 'path'

/** Opens the engines of a composition, each in its own folder below a common one. */
export const engines = {
  leveldb: (folder: string, layout: Layout = 'strata') =>
    LevelDatastore.open(join(folder, 'leveldb'), { layout }),
  lmdb: async (folder: string, layout: Layout = 'strata') => {
    await mkdir(join(folder, 'lmdb'), { recursive: true })
    return LmdbDatastore.open(join(folder, 'lmdb'), { layout })
  },
  sqlite: (folder: string, layout: Layout = 'strata') =>
    SqliteDatastore.open(join(folder, 'data.db'), { layout }),
  folder: (folder: string) => FsDatastore.open(join(folder, 'files')),
}

/** Opens a database of a Redis server. */
export function openRedis(url: string, layout: Layout = 'strata', database = 0): Promise<BinaryDatastore> {
  return RedisDatastore.open({ url: `${url}/${database}`, timeout: 10_000, layout, separator: '/' }, context)
}

/** Opens a table of a PostgreSQL server. */
export function openPostgres(url: string, table: string): Promise<BinaryDatastore> {
  return PostgresDatastore.open({ url, table, user: 'postgres', timeout: 10_000 }, context)
}

/** Opens a table of a MariaDB server. */
export function openMariadb(url: string, table: string): Promise<BinaryDatastore> {
  return MysqlDatastore.open({ url, table, user: 'app', timeout: 10_000 }, context)
}

const buckets = new Map<string, Promise<string>>()

/** Opens a part of a bucket of an S3 server by its name. The same name opens the same part. */
export async function openS3(server: S3Place, name: string): Promise<BinaryDatastore> {
  const made = buckets.get(server.endpoint) ?? makeBucket(server)
  buckets.set(server.endpoint, made)
  const bucket = await made
  return openS3Datastore(server, bucket, { url: `s3://${bucket}/${encodeURIComponent(basename(name))}` })
}

async function makeBucket(server: S3Place): Promise<string> {
  const client = clientOf(server)
  const bucket = await newBucket(client)
  client.destroy()
  return bucket
}

/** Whether a store that consists partly of LMDB holds a segment: LMDB accepts no key of more than 1,978 bytes. */
export const heldBesideLmdb = (segment: string): boolean | undefined =>
  Buffer.byteLength(segment) < 900 ? true : undefined
