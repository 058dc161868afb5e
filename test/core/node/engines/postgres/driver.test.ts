import { afterAll, describe, it } from 'vitest'
import { postgresDialect } from '../../../../../src/core/node/engines/postgres/dialect.ts'
import { openSqlDriver } from '../../../../../src/core/node/sql/open-sql.ts'
import type { OrderedDriver } from '../../../../../src/core/ordered/driver.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { FAST, noPostgres, startPostgres } from '../../../../servers/postgres.ts'
import { context } from '../server-context.ts'

if (noPostgres === undefined) {
  const server = await startPostgres({ config: FAST })
  afterAll(() => server.stop())
  let tables = 0
  const describeTable = (name: string, sql?: (table: string) => string): void => {
    const places = new WeakMap<object, string>()
    const openIn = async (table: string): Promise<OrderedDriver> => {
      const options = { url: server.url, user: 'postgres', table, connections: 4 }
      const { driver } = await openSqlDriver(postgresDialect, options, context)
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
  describeTable('a table of Strata in PostgreSQL')
  describeTable(
    'a foreign PostgreSQL table with keys of bytes',
    table => `CREATE TABLE ${table} (key bytea PRIMARY KEY, data bytea)`,
  )
  describeTable(
    'a foreign PostgreSQL table with keys of text',
    table =>
      `CREATE TABLE ${table} (n int DEFAULT 7, "the ""key""" text COLLATE "C" UNIQUE NOT NULL, "the value" bytea, data bytea)`,
  )
} else it('a table in PostgreSQL', ({ skip }) => skip(noPostgres))
