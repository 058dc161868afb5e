import { z } from 'zod'
import { secretReference } from '../../stack/secret.ts'
import { connectionOptions } from '../connect/connection-options.ts'
import { keyLayoutFields } from './key-layout-fields.ts'

const name = (what: string) => z.string().min(1, `it needs the name of a ${what}`)

/** The options of kinds that are tables of SQL servers, besides the address. */
export const sqlFields = {
  user: name('user').optional().describe('The user to sign in as. Default: the one in the address.'),
  password: secretReference().optional().describe('The password of the user.'),
  database: name('database').optional().describe('Default: the one in the address.'),
  table: name('table').optional().describe('Default: kv; otherwise the only table, or blocks.'),
  keyColumns: z
    .array(name('column'))
    .min(1, 'it needs a column or more')
    .optional()
    .describe(
      'For a table of another program. Several columns are the segments of a key. Default: its primary key.',
    ),
  valueColumn: name('column')
    .optional()
    .describe('For a table of another program. Default: data, value, or the only other column.'),
  ...keyLayoutFields,
  create: z.boolean().default(true).describe('Create the table if it is missing.'),
  readOnly: z.boolean().default(false).describe('Refuse every write.'),
  connections: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('The maximum number of connections to the server.'),
  ...connectionOptions,
}

/** The options that say which data a node shows. */
export const sqlData = [
  'url',
  'database',
  'table',
  'keyColumns',
  'valueColumn',
  'layout',
  'separator',
  'leading',
  'prefix',
] as const
