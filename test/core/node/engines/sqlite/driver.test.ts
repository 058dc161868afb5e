import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, describe, it } from 'vitest'
import {
  type OpenSqliteOptions,
  openSqlite,
} from '../../../../../src/core/node/engines/sqlite/open-sqlite.ts'
import type { SqliteDriver } from '../../../../../src/core/node/engines/sqlite/sqlite-driver.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const plain: OpenSqliteOptions = { readOnly: false, create: true, isDurable: false }

/** The port suite over a table made by `sql`, or over our own. */
function describeTable(name: string, options: Partial<OpenSqliteOptions>, sql?: string): void {
  const places = new WeakMap<object, string>()
  const openIn = async (path: string): Promise<SqliteDriver> => {
    const { driver } = await openSqlite(path, { ...plain, ...options })
    places.set(driver, path)
    return driver
  }
  const again = (driver: object) => openIn(places.get(driver) ?? '')
  const create = async () => {
    const path = join(await roots.make(), 'data.db')
    if (sql !== undefined) {
      const database = new DatabaseSync(path)
      database.exec(sql)
      database.close()
    }
    return openIn(path)
  }
  describeOrderedDriver(name, { create, reopen: again, beside: again }, { describe, it })
}

describeTable('SQLite', {})
describeTable('SQLite with every commit flushed to the device', { isDurable: true })
describeTable(
  'a foreign SQLite table with keys of bytes',
  {},
  'CREATE TABLE t (key BLOB PRIMARY KEY, data BLOB) WITHOUT ROWID',
)
describeTable(
  'a foreign SQLite table with keys of text, in a database without WAL',
  { table: 'odd "name"', keyColumn: 'the key', valueColumn: 'the value' },
  'CREATE TABLE "odd ""name""" ("the key" TEXT UNIQUE NOT NULL, n INTEGER DEFAULT 7, "the value" BLOB)',
)
