import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'

/** Opens the engine of a crash test. */
export function openEngine(engine: string, path: string, durability: 'none' | 'full'): Promise<Datastore> {
  switch (engine) {
    case 'leveldb':
      return LevelDatastore.open(path, { durability })
    default:
      throw new Error(`There is no engine ${engine}`)
  }
}
