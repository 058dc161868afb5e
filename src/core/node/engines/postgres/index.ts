// The entry `strata/engines/postgres` of the package.
export { postgresKind } from '../../kinds/postgres.ts'
export type { SqlContext as PostgresContext } from '../../sql/options.ts'
export { PostgresDatastore, type PostgresOptions } from './postgres-datastore.ts'
