import { afterAll, it } from 'vitest'
import {
  MysqlDatastore,
  type MysqlOptions,
} from '../../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import type { SuiteOptions } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { FAST, noMariadb, startMariadb } from '../../../../servers/mariadb.ts'
import { heldByPath } from '../../../ordered/path/held-by-path.ts'
import { context } from '../server-context.ts'

if (noMariadb === undefined) {
  const server = await startMariadb({ config: FAST })
  afterAll(() => server.stop())
  let tables = 0
  const describeMysql = (
    name: string,
    options: Partial<MysqlOptions>,
    suite: Pick<SuiteOptions<Uint8Array>, 'hostileSegments'> = {},
  ): void => {
    describeDatastore(name, {
      ...openedAt(
        () => Promise.resolve(`t${tables++}`),
        table =>
          MysqlDatastore.open({ url: server.url, user: 'app', connections: 3, table, ...options }, context),
      ),
      ...suite,
      runs: 10,
    })
  }
  describeMysql('MysqlDatastore', {})
  describeMysql('MysqlDatastore in layout path', { layout: 'path' }, { hostileSegments: heldByPath({}) })
} else it('MysqlDatastore', ({ skip }) => skip(noMariadb))
