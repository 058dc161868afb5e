// The entry `strata/engines/mysql` of the package.

export type { ProgramContext as MysqlContext } from '../../connect/server-context.ts'
export { mysqlKind } from '../../kinds/mysql.ts'
export { MysqlDatastore, type MysqlOptions } from './mysql-datastore.ts'
