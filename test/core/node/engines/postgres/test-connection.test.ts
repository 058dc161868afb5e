import { describe, expect, it } from 'vitest'
import { postgresDialect } from '../../../../../src/core/node/engines/postgres/dialect.ts'
import { nodeKinds } from '../../../../../src/core/node/index.ts'
import type { SqlOptions } from '../../../../../src/core/node/sql/options.ts'
import { testSql } from '../../../../../src/core/node/sql/test-connection.ts'
import { noPostgres, startPostgres } from '../../../../servers/postgres.ts'
import { freePort } from '../../../../servers/server-process.ts'
import { closing, context, onServers, SECRET } from '../server-context.ts'

const test = (options: SqlOptions) =>
  testSql(postgresDialect, { user: 'postgres', timeout: 3000, ...options }, context)

describe('the connection test for PostgreSQL', () => {
  onServers(noPostgres)

  it('E20 reports server, user and permissions, and creates nothing', async () => {
    const server = await startPostgres()
    closing({ close: () => server.stop() })
    const empty = await test({ url: server.url })
    expect(empty.steps[5]).toEqual({ name: 'keys', ok: true, detail: 'the table "kv" will be made' })
    expect(await server.sql('SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()')).toBe('0')
    await server.sql(
      `CREATE TABLE blocks (key text PRIMARY KEY, data bytea); INSERT INTO blocks SELECT n::text FROM generate_series(1, 500) n;
       ANALYZE; CREATE ROLE reader LOGIN; GRANT SELECT ON blocks TO reader`,
    )
    const { ok, steps, rights } = await test({ url: server.url })
    expect(ok).toBe(true)
    expect(steps.map(({ name }) => name)).toEqual([
      'reach',
      'encrypt',
      'sign-in',
      'server',
      'topology',
      'keys',
      'latency',
    ])
    expect(steps.map(({ detail }) => detail).join('; ')).toMatch(
      /127\.0\.0\.1:\d+ in [\d.]+ ms; the connection is not encrypted; signed in as "postgres"; PostgreSQL \d+.*; one server; about 500 keys in the table "blocks"; [\d.]+ ms for a read/,
    )
    expect(rights).toEqual({ read: true, write: true, delete: true, expiry: false, liveChanges: false })
    const reader = await test({ url: server.url, user: 'reader' })
    expect(reader.rights).toMatchObject({ read: true, write: false, delete: false })
  })

  it('E20 E6 ends with the step that failed, without the secret', async () => {
    const gone = await test({ url: `postgres://127.0.0.1:${await freePort()}/a` })
    expect([gone.ok, gone.steps.length, gone.steps[0]?.ok]).toEqual([false, 1, false])
    const server = await startPostgres({ password: 'another' })
    closing({ close: () => server.stop() })
    const denied = await test({ url: server.url, password: { secret: 'postgres' } })
    expect(denied.steps.at(-1)).toMatchObject({ name: 'sign-in', ok: false })
    expect(JSON.stringify(denied)).not.toContain(SECRET)
  })

  it('E20 reports how the connection is encrypted', async () => {
    const server = await startPostgres({ tls: 'server' })
    closing({ close: () => server.stop() })
    const { steps } = await test({ url: server.url, tls: { ca: server.certificates?.ca } })
    expect(steps[1]).toEqual({ name: 'encrypt', ok: true, detail: 'encrypted by TLSv1.3' })
    const untrusted = await test({ url: server.url, tls: true })
    expect(untrusted.steps.at(-1)).toMatchObject({ name: 'encrypt', ok: false })
  })

  it('E20 is available for the kind', () => {
    expect(typeof nodeKinds.find(({ kind }) => kind === 'postgres')?.test).toBe('function')
  })
})
