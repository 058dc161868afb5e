import { DatastoreError, messageOf } from '../../errors.ts'
import {
  type ConnectionReport,
  type ConnectionRights,
  UNKNOWN_RIGHTS,
} from '../../stack/connection-report.ts'
import { ConnectionTest } from '../connect/connection-test.ts'
import type { ServerContext } from '../connect/server-context.ts'
import { type Access, accessTo } from './access.ts'
import { chooseTable } from './choose-table.ts'
import type { SqlDialect, SqlFacts } from './dialect.ts'
import { sqlFailure } from './failures.ts'
import type { SqlOptions } from './options.ts'
import type { SqlConnection } from './sql-connection.ts'
import { keepsValues, type SqlTable } from './table.ts'

/** Runs the test step by step, until a step fails. It changes nothing. */
export function testSql(
  dialect: SqlDialect,
  options: SqlOptions,
  context: ServerContext,
): Promise<ConnectionReport> {
  const test = new ConnectionTest(dialect.what, (action, error) => sqlFailure(dialect, action, error))
  let access: Access | undefined
  let connection: SqlConnection | undefined
  return test.report(
    async () => {
      const reached = await test.step('reach', async () => {
        access = await accessTo(dialect, options, context)
        const { name, timeout, place } = access
        return [access, await test.reach({ name, place: await place(), timeout })] as const
      })
      const signedIn = await signIn(reached, dialect)
      await test.check('encrypt', () => encrypted(signedIn))
      const open = await test.step('sign-in', async () => {
        if (signedIn instanceof DatastoreError) throw signedIn
        connection = signedIn
        const facts = await dialect.factsOf(signedIn)
        return [{ connection: signedIn, facts }, `signed in as ${JSON.stringify(facts.user)}`] as const
      })
      const { facts } = open
      const refuses = facts.isReplica
        ? ', a replica, which takes no writes'
        : facts.isReadOnly
          ? ', read-only'
          : ''
      await test.check('server', () => facts.version + refuses)
      await test.check('topology', () => (facts.isReplica ? 'a replica' : 'one server'))
      const table = await test.step('keys', () => tableOf(open.connection, dialect, options))
      await test.check('latency', () => test.latency(() => open.connection.run('SELECT 1')))
      return rightsOf(open.connection, dialect, facts, table)
    },
    async () => {
      await connection?.close()
      await access?.close()
    },
  )
}

/** Servers encrypt within the connection, so that encryption and signing in are one attempt. */
async function signIn(access: Access, dialect: SqlDialect): Promise<SqlConnection | DatastoreError> {
  try {
    return await access.connect()
  } catch (error) {
    return sqlFailure(dialect, `connect to ${access.name}`, error)
  }
}

function encrypted(signedIn: SqlConnection | DatastoreError): string {
  if (signedIn instanceof DatastoreError) {
    if (/certificate|encrypt/.test(signedIn.message)) throw signedIn
    return 'not known before signing in'
  }
  const { encryption } = signedIn
  return encryption === undefined ? 'the connection is not encrypted' : `encrypted by ${encryption}`
}

async function tableOf(
  connection: SqlConnection,
  dialect: SqlDialect,
  options: SqlOptions,
): Promise<readonly [SqlTable | undefined, string]> {
  const tables = await dialect.tablesOf(connection, options)
  let chosen: ReturnType<typeof chooseTable>
  try {
    chosen = chooseTable(tables, options)
  } catch (error) {
    // The table can still be chosen.
    return [undefined, messageOf(error)]
  }
  const { table, isMissing } = chosen
  const called = `the table ${JSON.stringify(table.name)}`
  if (isMissing) return [undefined, `${called} will be made`]
  const rows = await dialect.estimate(connection, table)
  return [
    table,
    rows > 0 ? `about ${Math.round(rows)} keys in ${called}` : `${called} is small, or was not counted yet`,
  ]
}

async function rightsOf(
  connection: SqlConnection,
  dialect: SqlDialect,
  { isReplica, isReadOnly }: SqlFacts,
  table: SqlTable | undefined,
): Promise<ConnectionRights> {
  if (table === undefined) return UNKNOWN_RIGHTS
  const rights = await dialect.rightsOn(connection, table)
  const mayWrite = !isReplica && !isReadOnly && keepsValues(table)
  return {
    read: rights.read,
    write: mayWrite && rights.write,
    delete: mayWrite && rights.delete,
    expiry: table.isOwn && mayWrite && rights.write,
    liveChanges: table.isOwn && dialect.kind === 'postgres' && !isReplica,
  }
}
