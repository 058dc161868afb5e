// The entry `strata/engines/sqlite` of the package.
export { sqliteKind } from '../../kinds/sqlite.ts'
export { SqliteDatastore, type SqliteOptions } from './sqlite-datastore.ts'
