// The entry `strata/engines/leveldb` of the package.
export { leveldbKind } from '../../kinds/leveldb.ts'
export { LevelDatastore, type LevelOptions } from './leveldb-datastore.ts'
