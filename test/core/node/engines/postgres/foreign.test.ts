import { describe, expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import type { PostgresOptions } from '../../../../../src/core/node/engines/postgres/postgres-datastore.ts'
import { FAST, noPostgres, type PostgresServer, startPostgres } from '../../../../servers/postgres.ts'
import { bytes, text } from '../../../../text.ts'
import { closing, namesIn, onServers, waitAsIf } from '../server-context.ts'
import { openDatastore } from './postgres-context.ts'

async function tableOf(
  sql: string,
  options: Partial<PostgresOptions> = {},
): Promise<{ readonly server: PostgresServer; readonly store: BinaryDatastore }> {
  const server = await startPostgres({ config: FAST })
  closing({ close: () => server.stop() })
  await server.sql(sql)
  return { server, store: await openDatastore({ url: server.url, ...options }) }
}

describe('foreign PostgreSQL tables', () => {
  onServers(noPostgres)

  it.each([
    ['in byte order', 'COLLATE "C"'],
    ['in language order', 'COLLATE "en-x-icu"'],
  ])('E62 the table of go-ds-sql, %s, is read and edited, and keeps its rows', async (_, collation) => {
    const { server, store } = await tableOf(
      `CREATE TABLE blocks (key text ${collation} NOT NULL UNIQUE, data bytea);
       INSERT INTO blocks VALUES ('/a/b', 'one'), ('/a-b', 'two'), ('/a/c d', '\\x00ff'), ('odd', 'three'), ('/é/z', 'four')`,
    )
    expect(await namesIn(store)).toEqual(['a/', 'a-b', 'é/', '�%-odd'])
    expect(await namesIn(store, 'a')).toEqual(['b', 'c d'])
    expect(await store.get(Key.parse('/a/c d'))).toEqual(Uint8Array.of(0, 255))
    expect(text(await store.get(Key.of('�%-odd')))).toBe('three')
    const key = Key.parse('/a/b')
    const { etag } = await store.stat(key)
    await store.put(key, bytes('edited'), { ifMatch: etag })
    await expect(store.put(key, bytes('late'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'CONFLICT',
      key,
    })
    await store.put(Key.parse('/new/key'), bytes('made'), { replace: false })
    await store.rename(Key.parse('/a-b'), Key.parse('/moved'))
    await store.delete(Key.parse('/é/z'))
    expect(
      await server.sql('SELECT key, encode(data, \'escape\') FROM blocks ORDER BY key COLLATE "C"'),
    ).toBe(['/a/b|edited', '/a/c d|\\000\\377', '/moved|two', '/new/key|made', 'odd|three'].join('\n'))
  })

  it('E109 rows that others insert and delete in a table with an index of names are listed and omitted once it is ten seconds old', async () => {
    const { server, store } = await tableOf(
      `CREATE TABLE blocks (key text COLLATE "en-x-icu" PRIMARY KEY, data bytea); INSERT INTO blocks VALUES ('/a', 'one')`,
    )
    expect(await namesIn(store)).toEqual(['a'])
    await server.sql("DELETE FROM blocks; INSERT INTO blocks VALUES ('/b', 'two')")
    expect(await namesIn(store)).toEqual([])
    expect(text(await store.get(Key.of('b')))).toBe('two')
    waitAsIf(600_000)
    await expect.poll(() => namesIn(store)).toEqual(['b'])
    await server.sql("INSERT INTO blocks VALUES ('/c', 'three')")
    waitAsIf(600_000)
    await expect
      .poll(async () => {
        const found: string[] = []
        for await (const { key } of store.query({ keysOnly: true }, { scan: true }))
          found.push(key.toString())
        return found
      })
      .toEqual(['/b', '/c'])
  })

  it('E63 the columns of a primary key are segments, in key order', async () => {
    const { server, store } = await tableOf(
      `CREATE TABLE settings (tenant text, id bigint, note text DEFAULT 'kept', value text, PRIMARY KEY (tenant, id));
       INSERT INTO settings (tenant, id, value) VALUES ('b', 2, 'x'), ('a/b', 10, 'y'), ('b', 10, 'z')`,
    )
    expect(await namesIn(store)).toEqual(['b/', '�a%2Fb/'])
    expect(await namesIn(store, 'b')).toEqual(['10', '2'])
    expect(text(await store.get(Key.of('�a%2Fb', '10')))).toBe('y')
    await store.put(Key.of('c', '-7'), bytes('new'))
    await store.put(Key.of('b', '2'), bytes('edited'))
    for (const key of [Key.of('c'), Key.of('c', '07'), Key.of('c', 'x'), Key.of('c', '1', '2')]) {
      expect(await store.has(key)).toBe(false)
      await expect(store.put(key, bytes('x'))).rejects.toMatchObject({ code: 'KEY_INVALID', key })
    }
    expect(await server.sql('SELECT tenant, id, note, value FROM settings ORDER BY 1, 2')).toBe(
      ['a/b|10|kept|y', 'b|2|kept|edited', 'b|10|kept|z', 'c|-7|kept|new'].join('\n'),
    )
  })

  it('E63 numbers and ids are keys; a value that the database would change is shown, and cannot be written', async () => {
    const id = '6f1c1bd0-5b0f-4b1e-9a53-0c2f0a6b7c11'
    const { store, server } = await tableOf(
      `CREATE TABLE documents (id uuid PRIMARY KEY, body jsonb); INSERT INTO documents VALUES ('${id}', '{"b": 1, "a": 2}')`,
    )
    expect(await namesIn(store)).toEqual([id])
    expect(JSON.parse(text(await store.get(Key.of(id))))).toEqual({ a: 2, b: 1 })
    expect(store.capabilities.writable).toBe(false)
    await server.sql(
      'CREATE TABLE raw (id int PRIMARY KEY, body json); INSERT INTO raw VALUES (5, \'{"b":1}\')',
    )
    const raw = await openDatastore({ url: server.url, table: 'raw' })
    expect(text(await raw.get(Key.of('5')))).toBe('{"b":1}')
    await raw.put(Key.of('6'), bytes('{ "c" : 1 }'))
    expect(text(await raw.get(Key.of('6')))).toBe('{ "c" : 1 }')
    await expect(raw.put(Key.of('6'), bytes('no json'))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    expect(text(await raw.get(Key.of('6')))).toBe('{ "c" : 1 }')
  })

  it('E62 texts that a collation treats as equal are not confused', async () => {
    const { store, server } = await tableOf(
      `CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       CREATE TABLE t (key text COLLATE blind PRIMARY KEY, value bytea); INSERT INTO t VALUES ('/Ada', 'one')`,
    )
    expect(await namesIn(store)).toEqual(['Ada'])
    expect(await store.has(Key.of('ada'))).toBe(false)
    await expect(store.put(Key.of('ada'), bytes('two'))).rejects.toMatchObject({ code: 'KEY_INVALID' })
    await expect(store.put(Key.of('ada'), bytes('two'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    await store.put(Key.of('Ada'), bytes('three'))
    expect(await server.sql("SELECT key, encode(value, 'escape') FROM t")).toBe('/Ada|three')
  })

  it('E62 NULL and texts that are not UTF-8 are rejected by name, and leave the row unchanged', async () => {
    const { store, server } = await tableOf(
      `CREATE TABLE t (key text COLLATE "C" PRIMARY KEY, value text); INSERT INTO t VALUES ('/none', NULL), ('/a', 'x')`,
    )
    await expect(store.get(Key.of('none'))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      key: Key.of('none'),
    })
    await expect(store.put(Key.of('a'), Uint8Array.of(255))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    await expect(store.put(Key.of('a'), Uint8Array.of(0x61, 0))).rejects.toMatchObject({
      code: 'VALUE_INVALID',
    })
    expect(await server.sql("SELECT value FROM t WHERE key = '/a'")).toBe('x')
  })

  it('E62 a table is given by name or found; otherwise the error lists the candidates', async () => {
    const { server } = await tableOf('CREATE TABLE a (k text PRIMARY KEY, v bytea)')
    await server.sql(
      `CREATE TABLE b (n int, v bytea); CREATE TABLE c (at timestamptz PRIMARY KEY, v bytea);
       CREATE TABLE d (k text PRIMARY KEY, x int, y int); CREATE SCHEMA other; CREATE TABLE other."odd ""t" (k text PRIMARY KEY, v bytea)`,
    )
    const opening = (options: object) => openDatastore({ url: server.url, ...options })
    await expect(opening({})).rejects.toThrow(/several tables; name one by "table": "a", "b", "c", "d"/)
    await expect(opening({ table: 'b' })).rejects.toThrow(/no unique index/)
    await expect(opening({ table: 'c' })).rejects.toThrow(/timestamptz/)
    await expect(opening({ table: 'd' })).rejects.toThrow(/"valueColumn"/)
    await expect(opening({ table: 'd', valueColumn: 'z' })).rejects.toThrow(/and not "z"/)
    await expect(opening({ table: 'a', layout: 'strata' })).rejects.toThrow(/has layout "path", not "strata"/)
    await expect(opening({ table: 'e', create: false })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    const other = await opening({ schema: 'other' })
    await other.put(Key.of('x'), bytes('y'))
    expect(await server.sql('SELECT k FROM other."odd ""t"')).toBe('/x')
    const own = await opening({ layout: 'strata', table: 'own "t' })
    await own.put(Key.of('x'), bytes('y'))
    expect(text(await (await opening({ table: 'own "t' })).get(Key.of('x')))).toBe('y')
  })
})
