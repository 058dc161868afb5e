import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { mysqlDialect } from '../../../../../src/core/node/engines/mysql/dialect.ts'
import { MysqlDatastore } from '../../../../../src/core/node/engines/mysql/mysql-datastore.ts'
import type { SqlOptions } from '../../../../../src/core/node/sql/options.ts'
import { testSql } from '../../../../../src/core/node/sql/test-connection.ts'
import { noMariadb, startMariadb } from '../../../../servers/mariadb.ts'
import { freePort } from '../../../../servers/server-process.ts'
import { bytes, text } from '../../../../text.ts'
import { describeConnection } from '../connecting.ts'
import { context, namesIn, onServers, stopping } from '../server-context.ts'
import { openDatastore } from './mysql-context.ts'

const key = Key.of('a')

const mariadb = (options?: Parameters<typeof startMariadb>[0]) => stopping(startMariadb(options))

describeConnection<SqlOptions>({
  name: 'MariaDB',
  kind: 'mysql',
  missing: noMariadb,
  start: ({ tls, password }) => startMariadb({ tls, password }),
  at: ({ host, port, isEncrypted }) => ({
    url: `mysql://${host}:${port}/strata${isEncrypted ? '?ssl-mode=verify_identity' : ''}`,
    user: 'app',
  }),
  open: (options, given) => MysqlDatastore.open(options, given),
  test: (options, given) => testSql(mysqlDialect, options, given),
  signIn: { password: { secret: 'mysql' } },
  unencrypted: 'CONFIG_INVALID',
})

describe('MariaDB', () => {
  onServers(noMariadb)

  it('E4 an absent server is CONNECTION, a wrong login ACCESS_DENIED, an unknown database CONFIG_INVALID', async () => {
    const url = `mysql://127.0.0.1:${await freePort()}/strata`
    await expect(openDatastore({ url })).rejects.toMatchObject({ code: 'CONNECTION' })
    const server = await mariadb()
    await expect(openDatastore({ url: server.url, user: 'nobody' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
    await server.sql("GRANT ALL ON nothing.* TO app@'127.0.0.1'")
    const none = server.url.replace(/strata$/, 'nothing')
    await expect(openDatastore({ url: none })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('E4 a read-only user can read everything; a packet over the limit is VALUE_INVALID, and the connection stays usable', async () => {
    const server = await mariadb({ config: ['--max-allowed-packet=2M'] })
    const store = await openDatastore({ url: server.url })
    await store.put(key, bytes('x'))
    const most = store.capabilities.limits.valueBytes ?? 0
    await store.put(Key.of('large'), new Uint8Array(most))
    expect((await store.get(Key.of('large'))).length).toBe(most)
    await expect(store.put(key, new Uint8Array(most + 1))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      key,
    })
    expect(text(await store.get(key))).toBe('x')
    await server.sql("CREATE USER reader@'127.0.0.1'; GRANT SELECT ON strata.* TO reader@'127.0.0.1'")
    const reader = await openDatastore({ url: server.url, user: 'reader' })
    expect(reader.capabilities.writable).toBe(false)
    expect(text(await reader.get(key))).toBe('x')
    await expect(reader.put(key, bytes('y'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    await server.sql('SET GLOBAL read_only = 1')
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'READ_ONLY', key })
    expect((await openDatastore({ url: server.url })).capabilities.writable).toBe(false)
  })

  it('E3 D3 of two programs that replace one version one gets CONFLICT', async () => {
    const server = await mariadb()
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

  it('E63 a page in language order has no keys that others removed, and looks up its keys in one statement', async () => {
    const server = await mariadb()
    await server.sql(
      `CREATE TABLE words (word VARCHAR(50) PRIMARY KEY, value TEXT) CHARACTER SET utf8mb4;
       INSERT INTO words SELECT CONCAT('w', seq), 'x' FROM seq_1_to_1000`,
    )
    const store = await openDatastore({ url: server.url, table: 'words' })
    const shown = async () => (await store.list(Key.root, { limit: 2000 })).children.length
    await expect.poll(shown).toBe(1000)
    await server.sql("DELETE FROM words WHERE word IN ('w1', 'w500', 'w1000')")
    const statements = async () =>
      Number((await server.sql("SHOW GLOBAL STATUS LIKE 'Com_select'")).split('\t')[1])
    const before = await statements()
    expect(await shown()).toBe(997)
    expect((await statements()) - before).toBeLessThan(10)
  })

  it('E62 E63 foreign tables with a case-insensitive collation or several columns are read and edited, and keep their rows', async () => {
    const server = await mariadb()
    await server.sql(
      `CREATE TABLE blocks (\`key\` VARCHAR(200) PRIMARY KEY, data LONGBLOB, note INT DEFAULT 7) CHARACTER SET utf8mb4;
       INSERT INTO blocks (\`key\`, data) VALUES ('/a/b', 'one'), ('/a-b', 'two'), ('/Ada', 'three');
       CREATE TABLE settings (tenant VARCHAR(50), id BIGINT, value TEXT, PRIMARY KEY (tenant, id)) CHARACTER SET utf8mb4;
       INSERT INTO settings VALUES ('b', 2, 'x'), ('a/b', 10, 'y'), ('b', 10, 'z')`,
    )
    const blocks = await openDatastore({ url: server.url, table: 'blocks' })
    expect(await namesIn(blocks)).toEqual(['Ada', 'a/', 'a-b'])
    await blocks.put(Key.parse('/a/b'), bytes('edited'))
    expect(await blocks.has(Key.of('ada'))).toBe(false)
    await expect(blocks.put(Key.of('ada'), bytes('x'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await blocks.rename(Key.parse('/a-b'), Key.parse('/moved'))
    expect(await server.sql('SELECT `key`, data, note FROM blocks ORDER BY CAST(`key` AS BINARY)')).toBe(
      ['/Ada\tthree\t7', '/a/b\tedited\t7', '/moved\ttwo\t7'].join('\n'),
    )
    const settings = await openDatastore({ url: server.url, table: 'settings' })
    expect(await namesIn(settings)).toEqual(['b/', '�a%2Fb/'])
    expect(await namesIn(settings, 'b')).toEqual(['10', '2'])
    await settings.put(Key.of('b', '2'), bytes('edited'))
    await settings.put(Key.of('c', '-7'), bytes('new'))
    await expect(settings.put(Key.of('c', '07'), bytes('x'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await server.sql('SELECT * FROM settings ORDER BY 1, 2')).toBe(
      ['a/b\t10\ty', 'b\t2\tedited', 'b\t10\tz', 'c\t-7\tnew'].join('\n'),
    )
  })

  it('E20 the connection test reports what was reached, and creates nothing', async () => {
    const server = await mariadb()
    const { ok, steps } = await testSql(
      mysqlDialect,
      { url: server.url, user: 'app', timeout: 3000 },
      context,
    )
    expect([ok, steps[3]?.detail, steps[5]?.detail]).toEqual([
      true,
      expect.stringMatching(/^MariaDB 1/) as string,
      'the table "kv" will be made',
    ])
    expect(await server.sql('SHOW TABLES')).toBe('')
  })
})
