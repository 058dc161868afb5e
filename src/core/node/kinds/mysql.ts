import { z } from 'zod'
import { defineKind } from '../../stack/kind.ts'
import { openAtUrl, serverUrl } from '../../stack/server-url.ts'
import { mysqlDialect } from '../engines/mysql/dialect.ts'
import { MysqlDatastore } from '../engines/mysql/mysql-datastore.ts'
import { testSql } from '../sql/test-connection.ts'
import { sqlData, sqlFields } from './sql-fields.ts'

/** The kind of nodes that are tables of MySQL and MariaDB servers, for a custom `Registry`. */
export const mysqlKind = defineKind({
  kind: 'mysql',
  label: 'MySQL or MariaDB',
  help:
    'Keeps values in a table of a MySQL or MariaDB server, which other programs may use too. Shows the table of go-ds-sql, ' +
    'and any with a key and a value.',
  schema: z.strictObject({
    url: serverUrl(mysqlDialect.protocols).describe(
      'The address of the server: mysql://host:3306/database; ?ssl-mode=verify_identity is encrypted.',
    ),
    ...sqlFields,
  }),
  children: 'none',
  data: [...sqlData],
  recognition: { protocols: mysqlDialect.protocols },
  test: (options, context) => testSql(mysqlDialect, options, context),
  open: (options, _children, context) => openAtUrl(context.path, () => MysqlDatastore.open(options, context)),
})
