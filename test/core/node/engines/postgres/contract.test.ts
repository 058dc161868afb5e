import { afterAll, it } from 'vitest'
import {
  PostgresDatastore,
  type PostgresOptions,
} from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { FAST, noPostgres, startPostgres } from '../../../../servers/postgres.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'

if (noPostgres === undefined) {
  const server = await startPostgres({ config: FAST })
  afterAll(() => server.stop())
  const held = heldByPath({})
  const heldAsText = (segment: string) => (segment.includes('\0') ? false : held(segment))
  let tables = 0
  const describePostgres = (
    name: string,
    options: Partial<PostgresOptions>,
    suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
    sql?: (table: string) => string,
  ): void => {
    describeDatastore(name, {
      ...openedAt(
        async () => {
          const table = `t${tables++}`
          if (sql !== undefined) await server.sql(sql(table))
          return table
        },
        table =>
          PostgresDatastore.open(
            { url: server.url, user: 'postgres', connections: 3, table, ...options },
            context,
          ),
      ),
      ...suite,
      runs: 10,
    })
  }
  describePostgres('PostgresDatastore', {})
  describePostgres('PostgresDatastore in layout path', { layout: 'path' }, { hostileSegments: heldAsText })
  describePostgres(
    'PostgresDatastore over a table in language order',
    {},
    { hostileSegments: heldAsText },
    table => `CREATE TABLE ${table} (key text COLLATE "en-x-icu" PRIMARY KEY, data bytea)`,
  )
} else it('PostgresDatastore', ({ skip }) => skip(noPostgres))
