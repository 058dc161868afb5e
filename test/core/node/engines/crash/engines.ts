import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { SqliteDatastore } from '../../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'

/** Opens the engine of a crash test. */
export function openEngine(engine: string, path: string, durability: 'none' | 'full'): Promise<Datastore> {
  switch (engine) {
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
