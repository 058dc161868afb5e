import { resolve } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind } from '../../stack/kind.ts'
import { isSqliteFile } from '../engines/sqlite/open-sqlite.ts'
import { SqliteDatastore } from '../engines/sqlite/sqlite-datastore.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

const name = (what: string) => z.string().min(1, `it needs the name of a ${what}`).optional()

/** The kind of nodes that are tables of SQLite databases, for a custom `Registry`. */
export const sqliteKind = defineKind({
  kind: 'sqlite',
  label: 'SQLite',
  help:
    'Keeps values in a table of an SQLite database, which other programs may have open too. Shows the table of go-ds-sql, ' +
    'and any with a key and a value. Needs Node.js 22.13 or the package @photostructure/sqlite.',
  schema: z.strictObject({
    path: z
      .string()
      .min(1, 'it needs the path of a file')
      .meta({ format: 'file-path' })
      .describe('The database. A relative path starts from the folder of the stack file.'),
    ...keyLayoutFields,
    table: name('table').describe('Default: kv; otherwise the only table, or blocks.'),
    keyColumn: name('column').describe('For a table of another program. Default: its primary key.'),
    valueColumn: name('column').describe(
      'For a table of another program. Default: data, value, or the only other column.',
    ),
    durability: z
      .enum(['none', 'full'])
      .default('none')
      .describe(
        'What a put waits for. none: the operating system has the value. full: the value is on the device.',
      ),
    create: z.boolean().default(true).describe('Create the file or the table if it is missing.'),
    readOnly: z.boolean().default(false).describe('Refuse every write.'),
  }),
  children: 'none',
  data: ['path', 'layout', 'separator', 'leading', 'prefix', 'table', 'keyColumn', 'valueColumn'],
  recognition: { place: async path => ((await isSqliteFile(path)) ? { path, create: false } : undefined) },
  open: async ({ path, ...options }, _children, context) => {
    try {
      return await SqliteDatastore.open(resolve(context.baseDirectory ?? '.', path), options)
    } catch (error) {
      throw new ConfigError(`${context.path}.path`, messageOf(error), { cause: error })
    }
  },
})
