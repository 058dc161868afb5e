import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { postgresDialect } from '../../../../../src/core/node/engines/postgres/dialect.ts'
import { PostgresDatastore } from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { openSql } from '../../../../../src/core/node/sql/open-sql.ts'
import type { SqlOptions } from '../../../../../src/core/node/sql/options.ts'
import { testSql } from '../../../../../src/core/node/sql/test-connection.ts'
import { noPostgres, startPostgres } from '../../../../servers/postgres.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { closing, context, failuresUntil, onServers, SECRET, stopping } from '../server-context.ts'
import { openDatastore } from './postgres-context.ts'

const key = Key.of('a')
const password = { secret: 'postgres' }

const postgres = (options?: Parameters<typeof startPostgres>[0]) => stopping(startPostgres(options))

const END_ALL =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'strata' AND pid <> pg_backend_pid()"

describeConnection<SqlOptions>({
  name: 'PostgreSQL',
  kind: 'postgres',
  missing: noPostgres,
  start: ({ tls, password: own }) => startPostgres({ tls, password: own }),
  at: ({ host, port, isEncrypted }) => ({
    url: `postgres://${host}:${port}/postgres${isEncrypted ? '?sslmode=verify-full' : ''}`,
    user: 'postgres',
  }),
  open: (options, given) => PostgresDatastore.open(options, given),
  test: (options, given) => testSql(postgresDialect, options, given),
  signIn: { password },
  unencrypted: 'CONFIG_INVALID',
})

describe('PostgreSQL', () => {
  onServers(noPostgres)

  it('E4 E6 users, permissions and database names: each refusal has its code, and no error contains the secret', async () => {
    const server = await postgres({ password: 'another' })
    for (const options of [{ password }, { password, user: 'somebody' }, {}]) {
      const error = await openDatastore({ url: server.url, ...options }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'ACCESS_DENIED' })
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET)
    }
    await server.sql(
      `CREATE ROLE reader LOGIN PASSWORD '${SECRET}'; CREATE ROLE app LOGIN PASSWORD '${SECRET}'`,
    )
    await server.sql('GRANT CREATE ON SCHEMA public TO app')
    const app = await openDatastore({ url: server.url, user: 'app', password })
    for (const name of ['a', 'b', 'c']) await app.put(Key.of(name), bytes(name))
    await server.sql('GRANT SELECT ON kv TO reader')
    const store = await openDatastore({ url: server.url, user: 'reader', password })
    expect(store.capabilities.writable).toBe(false)
    expect((await store.list(Key.root)).children.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    const none = server.url.replace(/postgres$/, 'nothing')
    await expect(openDatastore({ url: none, user: 'app', password })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await server.sql('REVOKE UPDATE ON kv FROM app')
    await expect(app.put(key, bytes('y'))).rejects.toMatchObject({ code: 'ACCESS_DENIED', key })
    expect(text(await app.get(key))).toBe('a')
  })

  it('E4 a read-only session is declared read-only; one that becomes read-only rejects writes as READ_ONLY', async () => {
    const server = await postgres()
    const store = await openDatastore({ url: server.url })
    await store.put(key, bytes('x'))
    await server.sql('ALTER DATABASE postgres SET default_transaction_read_only = on')
    const reader = await openDatastore({ url: server.url })
    expect(reader.capabilities.writable).toBe(false)
    expect(text(await reader.get(key))).toBe('x')
    await server.sql(END_ALL)
    await failuresUntil(() => store.get(key))
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'READ_ONLY', key })
  })

  it('E5 E24 calls fail as CONNECTION while the server is down, and succeed once it is back: nothing acknowledged is lost', async () => {
    const server = await postgres()
    const reports: unknown[] = []
    const store = closing(
      await PostgresDatastore.open(
        { url: server.url, user: 'postgres', timeout: 3000 },
        { ...context, report: change => reports.push(change) },
      ),
    )
    expect(store.capabilities.durable).toBe(true)
    await Promise.all(Array.from({ length: 30 }, (_, n) => store.put(Key.of(`k${n}`), bytes(`${n}`))))
    const watched = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = watched.next()
    await server.kill()
    await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION' })
    await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'CONNECTION', key })
    const again = await server.restart()
    closing({ close: () => again.stop() })
    const codes = await failuresUntil(() => store.get(Key.of('k7')))
    expect(new Set([...codes, 'CONNECTION'])).toEqual(new Set(['CONNECTION']))
    const values = await Promise.all(Array.from({ length: 30 }, (_, n) => store.get(Key.of(`k${n}`))))
    expect(values.map(text)).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`))
    await store.put(key, bytes('y'))
    expect((await first).value).toMatchObject({ type: 'resync' })
    await watched.return?.()
    expect(reports).toEqual([
      {
        lost: { since: expect.any(Number) as number, reason: expect.stringContaining('127.0.0.1') as string },
      },
      { lost: undefined },
    ])
  })

  it('E5 calls during a restart succeed or fail as CONNECTION, and acknowledged writes are kept', async () => {
    const server = await postgres()
    const store = await openDatastore({ url: server.url })
    const acknowledged = new Map<string, number>()
    const codes = new Set<string>()
    let isOver = false
    const write = async (name: string) => {
      for (let count = 1; !isOver; count++) {
        try {
          await store.put(Key.of(name), bytes(String(count)))
          acknowledged.set(name, count)
        } catch (error) {
          codes.add((error as { code: string }).code)
          await new Promise(done => setImmediate(done))
        }
      }
    }
    const writers = ['a', 'b', 'c'].map(write)
    for (let round = 0; round < 5; round++) {
      await server.sql(END_ALL)
      await failuresUntil(() => store.put(Key.of('d'), bytes('x')))
    }
    isOver = true
    await Promise.all(writers)
    expect([...codes].filter(code => code !== 'CONNECTION')).toEqual([])
    for (const [name, count] of acknowledged) {
      expect(Number(text(await store.get(Key.of(name))))).toBeGreaterThanOrEqual(count)
    }
  })

  it('E4 a table locked by another program is TIMEOUT, a value that violates a constraint VALUE_INVALID, a missing table IO', async () => {
    const server = await postgres()
    const store = await openDatastore({ url: server.url, timeout: 700 })
    await store.put(key, bytes('x'))
    const locked = server.sql('BEGIN; LOCK TABLE kv IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT')
    await expect
      .poll(() => server.sql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"))
      .not.toBe('0')
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'TIMEOUT', key })
    await locked
    await failuresUntil(() => store.put(key, bytes('z')))
    await server.sql('ALTER TABLE kv ADD CHECK (octet_length(v) <> 9)')
    await expect(store.put(key, new Uint8Array(9))).rejects.toMatchObject({ code: 'VALUE_INVALID', key })
    await server.sql('ALTER TABLE kv RENAME TO elsewhere')
    await expect(store.get(key)).rejects.toMatchObject({ code: 'IO' })
  })

  it('E3 D3 of two programs that replace one version one gets CONFLICT', async () => {
    const server = await postgres()
    const [one, other] = [await openDatastore({ url: server.url }), await openDatastore({ url: server.url })]
    const { etag } = await one.put(key, bytes('x'))
    const results = await Promise.allSettled(
      [one, other].map(store => store.put(key, bytes('y'), { ifMatch: etag })),
    )
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'CONFLICT', key },
    })
  })

  it('E61 D12 changes by other programs are reported, also those by plain SQL, and without a watcher no lock is taken', async () => {
    const server = await postgres()
    const [store, other] = [
      await openDatastore({ url: server.url }),
      await openDatastore({ url: server.url }),
    ]
    await store.put(key, bytes('x'))
    const locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    expect(await server.sql(locks)).toBe('0')
    const changes: string[] = []
    const abort = new AbortController()
    const watching = (async () => {
      for await (const { type, key: at } of store.watch(Key.root, { signal: abort.signal }))
        changes.push(`${type} ${at.toString()}`)
    })()
    watching.catch(() => undefined)
    await expect.poll(() => server.sql(locks)).toBe('1')
    await other.put(Key.of('b', 'c'), bytes('y'))
    await server.sql("DELETE FROM kv WHERE k = 'a'")
    await store.put(Key.of('own'), bytes('z'))
    await expect
      .poll(() => changes.slice())
      .toEqual(expect.arrayContaining(['put /b/c', 'delete /a', 'put /own']))
    expect(changes.filter(change => change === 'put /own')).toHaveLength(1)
    abort.abort()
    await watching.catch(() => undefined)
    await store.close()
    await expect.poll(() => server.sql(locks)).toBe('0')
  })

  it('E7 a missing client is CONFIG_INVALID and names the package to install', async () => {
    const load = () =>
      Promise.reject(Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' }))
    const opening = openSql({ ...postgresDialect, load }, { url: 'postgres://127.0.0.1:1' }, context)
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(opening).rejects.toThrow('npm install pg')
  })

  it.each([
    [
      'an address with a password',
      { url: `postgres://app:${SECRET}@127.0.0.1` },
      'the address holds a password',
    ],
    ['an address of another protocol', { url: 'http://127.0.0.1' }, 'postgres:// or postgresql://'],
    ['an unknown parameter', { url: 'postgres://127.0.0.1/a?options=x' }, '"options"'],
    ['an unknown mode of encryption', { url: 'postgres://127.0.0.1/a?sslmode=prefer' }, 'require'],
    ['a time limit of 0', { url: 'postgres://127.0.0.1', timeout: 0 }, 'timeout is a whole number from 1'],
    ['an unknown secret', { url: 'postgres://127.0.0.1', password }, '"password" names the secret'],
  ])('E6 D32 %s is CONFIG_INVALID if a program opens a server without a stack', async (_, options, state) => {
    const failure: unknown = await PostgresDatastore.open(options).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(String(failure)).toContain(state)
    expect(inspect(failure, { depth: 8, showHidden: true })).not.toContain(SECRET)
  })

  it('E28 E5 after the data of a server are replaced, earlier etags match nothing there', async () => {
    const server = await postgres()
    const store = await openDatastore({ url: server.url })
    const { etag } = await store.put(key, bytes('of one'))
    await server.sql('DROP TABLE kv')
    const other = await openDatastore({ url: server.url })
    const { etag: theirs } = await other.put(key, bytes('of the other'))
    expect(theirs.split('.')[1], 'both number their versions from one').toBe(etag.split('.')[1])
    await server.sql(END_ALL)
    await failuresUntil(() => store.has(key))
    await expect(store.put(key, bytes('over it'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(text(await store.get(key))).toBe('of the other')
    expect((await store.stat(key)).etag).toBe(theirs)
  })
})
