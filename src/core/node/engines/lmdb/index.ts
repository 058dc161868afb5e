// The entry `strata/engines/lmdb` of the package.
export { lmdbKind } from '../../kinds/lmdb.ts'
export { LmdbDatastore, type LmdbOptions } from './lmdb-datastore.ts'
