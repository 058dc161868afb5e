// The entry `strata/engines/mysql` of the package.
export { mysqlKind } from '../../kinds/mysql.ts'
export type { SqlContext as MysqlContext } from '../../sql/options.ts'
export { MysqlDatastore, type MysqlOptions } from './mysql-datastore.ts'
