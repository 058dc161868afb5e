import { afterAll, describe, it } from 'vitest'
import { mysqlDialect } from '../../../../../src/core/node/engines/mysql/dialect.ts'
import { openSqlDriver } from '../../../../../src/core/node/sql/open-sql.ts'
import type { OrderedDriver } from '../../../../../src/core/ordered/driver.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { FAST, noMariadb, startMariadb } from '../../../../servers/mariadb.ts'
import { context } from '../server-context.ts'

if (noMariadb === undefined) {
  const server = await startMariadb({ config: FAST })
  afterAll(() => server.stop())
  let tables = 0
  const describeTable = (name: string, sql?: (table: string) => string): void => {
    const places = new WeakMap<object, string>()
    const openIn = async (table: string): Promise<OrderedDriver> => {
      const options = { url: server.url, user: 'app', table, connections: 4 }
      const { driver } = await openSqlDriver(mysqlDialect, options, context)
      places.set(driver, table)
      return driver
    }
    const again = (driver: object) => openIn(places.get(driver) ?? '')
    const create = async () => {
      const table = `t${tables++}`
      if (sql !== undefined) await server.sql(sql(table))
      return openIn(table)
    }
    describeOrderedDriver(name, { create, reopen: again, beside: again }, { describe, it })
  }
  describeTable('a table of Strata in MariaDB')
  describeTable(
    'a foreign MariaDB table with keys of bytes',
    table => `CREATE TABLE ${table} (\`key\` VARBINARY(2600) PRIMARY KEY, data LONGBLOB)`,
  )
  describeTable(
    'a foreign MariaDB table with keys of text',
    table =>
      `CREATE TABLE ${table} (n int DEFAULT 7, \`the key\` VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, \`the value\` LONGBLOB, data LONGBLOB)`,
  )
} else it('a table in MariaDB', ({ skip }) => skip(noMariadb))
