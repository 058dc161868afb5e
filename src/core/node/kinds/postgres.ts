import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { openAtUrl, serverUrl } from '../../stack/server-url.ts'
import { postgresDialect } from '../engines/postgres/dialect.ts'
import { PostgresDatastore } from '../engines/postgres/postgres-datastore.ts'
import { testSql } from '../sql/test-connection.ts'
import { sqlData, sqlFields } from './sql-fields.ts'

/** The kind of nodes that are tables of PostgreSQL servers, for a custom `Registry`. */
export const postgresKind = defineKind({
  kind: 'postgres',
  label: 'PostgreSQL',
  help:
    'Keeps values in a table of a PostgreSQL server, which other programs may use too. Shows the table of go-ds-sql, and ' +
    'any with a key and a value.',
  schema: z.strictObject({
    url: serverUrl(postgresDialect.protocols).describe(
      'The address of the server: postgres://host:5432/database; ?sslmode=verify-full is encrypted.',
    ),
    schema: z
      .string()
      .min(1, 'it needs the name of a schema')
      .optional()
      .describe('The schema of the table. Default: the first one on the search path of the user.'),
    ...sqlFields,
  }),
  children: 'none',
  data: [...sqlData, 'schema'],
  recognition: { protocols: postgresDialect.protocols },
  test: (options, context) => testSql(postgresDialect, options, context),
  open: (options, _children, context) =>
    openAtUrl(context.path, () => PostgresDatastore.open(options, context)),
})
