import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { LevelDatastore } from '../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { RedisDatastore } from '../../../../src/core/node/engines/redis/redis-datastore.ts'
import { SqliteDatastore } from '../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import { FsDatastore } from '../../../../src/core/node/fs/fs-datastore.ts'
import { context } from '../../node/engines/redis/redis-context.ts'

export type Layout = 'strata' | 'path'

/** Opens the engines of a composition, each in a folder of its own below one. */
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

/** Which segments a store holds of which one part is LMDB: a key of more than 1,978 bytes there is held elsewhere alone. */
export const heldBesideLmdb = (segment: string): boolean | undefined =>
  Buffer.byteLength(segment) < 900 ? true : undefined
