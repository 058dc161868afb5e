// The entry `strata/engines/postgres` of the package.

export type { ProgramContext as PostgresContext } from '../../connect/server-context.ts'
export { postgresKind } from '../../kinds/postgres.ts'
export { PostgresDatastore, type PostgresOptions } from './postgres-datastore.ts'
