import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { type Database, sqliteClient } from '../../../../../src/core/node/engines/sqlite/sqlite-client.ts'
import {
  SqliteDatastore,
  type SqliteOptions,
} from '../../../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../../fs/bytes-of.ts'
import { pathsBelow, TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
const repository = join(import.meta.dirname, '../../../../..')
const children: ChildProcess[] = []
const databases: { close(): void }[] = []
let root: string
let path: string
const a = Key.of('a')

beforeEach(async () => {
  root = await roots.make()
  path = join(root, 'data.db')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const database of databases.splice(0)) database.close()
  await roots.remove()
})

/** A connection to the database, as of another program in this process. */
// The client of the stores: two copies of SQLite in one process do not see each other's locks.
const openDatabase = await sqliteClient()

function database(...sql: string[]): Database {
  const opened = openDatabase(path, { readOnly: false })
  databases.push(opened)
  for (const one of sql) opened.exec(one)
  return opened
}

async function namesOf(options: SqliteOptions = {}): Promise<string[]> {
  await using store = await SqliteDatastore.open(path, options)
  return (await collect(store.query({ keysOnly: true }))).map(({ key }) => key.toString())
}

describe('opening an SQLite database', () => {
  it('E7 without a client, opening names the package to install', async () => {
    const absent = () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
    const error = await sqliteClient(absent, absent).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('npm install @photostructure/sqlite') as string,
    })
  })

  it('E8 a file that is not a database is rejected, and a missing one is created only if allowed', async () => {
    await writeFile(path, 'some text of more than sixteen bytes')
    await expect(SqliteDatastore.open(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await mkdir(join(root, 'folder'))
    await expect(SqliteDatastore.open(join(root, 'folder'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    for (const options of [{ create: false }, { readOnly: true }])
      await expect(SqliteDatastore.open(join(root, 'new.db'), options)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      })
    await expect(SqliteDatastore.open(join(root, 'missing', 'new.db'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    expect(await pathsBelow(root)).toEqual(['data.db', 'folder/'])
  })

  it('E2 the table of go-ds-sql is found, read and written in its own form', async () => {
    const other = database(
      'CREATE TABLE other (x)',
      'CREATE TABLE blocks (key TEXT PRIMARY KEY, data BLOB)',
      `INSERT INTO blocks VALUES ('/b/x', x'01'), ('/a', x'0203')`,
    )
    expect(await namesOf()).toEqual(['/a', '/b/x'])
    await using store = await SqliteDatastore.open(path)
    expect(await store.get(a)).toEqual(Uint8Array.of(2, 3))
    await store.put(Key.of('c'), bytesOf('new'))
    await store.delete(a)
    const rows = other.prepare('SELECT key, typeof(key) AS type, data FROM blocks ORDER BY key').all()
    expect(rows.map((row: object) => ({ ...row }))).toEqual([
      { key: '/b/x', type: 'text', data: Uint8Array.of(1) },
      { key: '/c', type: 'text', data: new Uint8Array(bytesOf('new')) },
    ])
  })

  it('E2 a table of texts keeps texts and other columns, and rejects values that are not text', async () => {
    const other = database(
      `CREATE TABLE settings (id TEXT UNIQUE, note TEXT DEFAULT 'n', value TEXT)`,
      `INSERT INTO settings VALUES ('ui:theme', 'mine', 'dark'), ('ui:size', '', NULL), ('n', '', 5)`,
    )
    await using store = await SqliteDatastore.open(path, { separator: ':' })
    expect(Buffer.from(await store.get(Key.of('ui', 'theme'))).toString()).toBe('dark')
    await store.put(Key.of('ui', 'theme'), bytesOf('grün'))
    const text = other.prepare(`SELECT note, value FROM settings WHERE id = 'ui:theme'`).get() as object
    expect({ ...text }).toEqual({ note: 'mine', value: 'grün' })
    await expect(store.put(a, Uint8Array.of(0xff))).rejects.toMatchObject({ code: 'VALUE_INVALID' })
    expect((await store.list(Key.of('ui'))).children.map(({ name }) => name)).toEqual(['size', 'theme'])
    for (const [key, type] of [
      [Key.of('ui', 'size'), 'NULL'],
      [Key.of('n'), 'TEXT'],
    ] as const) {
      const read = store.get(key)
      if (type === 'TEXT') expect(Buffer.from(await read).toString()).toBe('5')
      else
        await expect(read).rejects.toMatchObject({
          code: 'VALUE_INVALID',
          message: expect.stringContaining(type) as string,
        })
    }
  })

  it.each<[string, string[], SqliteOptions, RegExp]>([
    [
      'several tables',
      ['CREATE TABLE x (k TEXT PRIMARY KEY, v)', 'CREATE TABLE y (k TEXT PRIMARY KEY, v)'],
      {},
      /"x", "y"/,
    ],
    ['an unknown column', ['CREATE TABLE x (k TEXT PRIMARY KEY, v)'], { valueColumn: 'w' }, /"k", "v"/],
    [
      'a key of numbers',
      ['CREATE TABLE x (k INTEGER PRIMARY KEY, v)', 'INSERT INTO x VALUES (1, 2)'],
      {},
      /no unique index|INTEGER/,
    ],
    [
      'a key in another order',
      ['CREATE TABLE x (k TEXT COLLATE NOCASE PRIMARY KEY, v)'],
      {},
      /order of bytes/,
    ],
    [
      'a key that is not unique',
      ['CREATE TABLE x (k TEXT, v)', 'CREATE INDEX i ON x (k)'],
      {},
      /no unique index/,
    ],
    [
      'keys of several types',
      ['CREATE TABLE x (k PRIMARY KEY, v)', `INSERT INTO x VALUES ('a', 1), (x'61', 2)`],
      {},
      /TEXT and BLOB/,
    ],
    [
      'texts in UTF-16',
      [`PRAGMA encoding = 'UTF-16'`, 'CREATE TABLE x (k TEXT PRIMARY KEY, v)'],
      {},
      /UTF-16/,
    ],
    [
      'strata over a foreign table',
      ['CREATE TABLE x (k TEXT PRIMARY KEY, v)'],
      { layout: 'strata', table: 'x' },
      /layout "path"/,
    ],
  ])('E2 %s is rejected, and the message gives the reason', async (_, sql, options, message) => {
    database(...sql)
    const error = await SqliteDatastore.open(path, options).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) as string })
  })

  it('E2 our own table is found beside others, and has its layout', async () => {
    database('CREATE TABLE x (k TEXT PRIMARY KEY, v)')
    const store = await SqliteDatastore.open(path, { layout: 'strata' })
    await store.put(a, bytesOf('x'))
    await store.close()
    expect(await namesOf()).toEqual(['/a'])
    expect(await namesOf({ table: 'x' })).toEqual([])
    await expect(SqliteDatastore.open(path, { table: 'kv', layout: 'path' })).rejects.toMatchObject({
      message: expect.stringContaining('layout "strata"') as string,
    })
  })

  it('E3 D11 the file alone contains everything once the store is closed', async () => {
    const store = await SqliteDatastore.open(path)
    for (let index = 0; index < 20; index++) await store.put(Key.of(String(index)), new Uint8Array(5000))
    await store.close()
    await copyFile(path, `${path}-copy`)
    await using copy = await SqliteDatastore.open(`${path}-copy`)
    expect((await copy.stats()).entries).toBe(20)
  })

  it('E3 a write waits for the lock of another program without blocking this one', async () => {
    const store = await SqliteDatastore.open(path)
    await store.put(a, bytesOf('x'))
    const other = database('BEGIN IMMEDIATE')
    const put = store.put(a, bytesOf('y'))
    let turns = 0
    const turn = setInterval(() => turns++, 1)
    for (const start = Date.now(); Date.now() < start + 150; )
      await new Promise(resolve => setTimeout(resolve, 5))
    expect(await store.get(Key.of('b')).catch(() => 'read')).toBe('read')
    other.exec('COMMIT')
    await put
    clearInterval(turn)
    expect(turns).toBeGreaterThan(20)
    expect(await store.get(a)).toEqual(bytesOf('y'))
    await store.close()
  })

  it('E4 a signal ends the wait for a lock', async () => {
    await using store = await SqliteDatastore.open(path)
    await store.put(a, bytesOf('x'))
    const other = database('BEGIN IMMEDIATE')
    const abort = new AbortController()
    const put = store.put(a, bytesOf('y'), { signal: abort.signal })
    abort.abort()
    await expect(put).rejects.toMatchObject({ code: 'ABORTED' })
    other.exec('COMMIT')
  })

  it('E3 D12 a watcher receives resync when another program has written', async () => {
    await using store = await SqliteDatastore.open(path)
    await store.put(a, bytesOf('x'))
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    database('UPDATE kv SET mtime = 1')
    expect((await first).value).toEqual({ type: 'resync', key: Key.root })
    await changes.return?.()
  })

  it('E2 an odd name that another program writes between two reads of a level is listed', async () => {
    const other = database('CREATE TABLE t (k BLOB PRIMARY KEY, v)', `INSERT INTO t VALUES (x'2F61', x'01')`)
    await using store = await SqliteDatastore.open(path)
    const names = async () => (await store.list(Key.root)).children.map(({ name }) => name)
    expect(await names()).toEqual(['a'])
    other.exec(`INSERT INTO t VALUES (x'2F61FF', x'02')`)
    expect(await names()).toEqual(['a', '\ufffda%FF'])
  })

  it('E3 no increment is lost when three processes increment one value', async () => {
    const program = `
      const { DatabaseSync } = require('@photostructure/sqlite')
      const database = new DatabaseSync(process.argv[1])
      database.exec('PRAGMA busy_timeout = 10000')
      for (let count = 0; count < 200; count++) {
        database.exec('BEGIN IMMEDIATE')
        const { v, ver } = database.prepare("SELECT v, ver FROM kv WHERE k = x'61'").get()
        database.prepare("UPDATE kv SET v = ?, ver = ? WHERE k = x'61'").run(
          new TextEncoder().encode(String(Number(new TextDecoder().decode(v)) + 1)), ver + 1e9)
        database.exec('COMMIT')
      }
      console.log('done')`
    await using store = await SqliteDatastore.open(path)
    await store.put(a, bytesOf('0'))
    const others = [1, 2].map(() => firstLineOf(process.execPath, ['-e', program, path]))
    for (let count = 0; count < 200; ) {
      const { etag } = await store.stat(a)
      const next = Number(Buffer.from(await store.get(a)).toString()) + 1
      const isDone = await store.put(a, bytesOf(String(next)), { ifMatch: etag }).then(
        () => true,
        () => false,
      )
      if (isDone) count++
    }
    expect(await Promise.all(others)).toEqual(['done', 'done'])
    expect(Buffer.from(await store.get(a)).toString()).toBe('600')
  })

  it('E4 a damaged database is CORRUPT', async () => {
    await writeFile(path, `SQLite format 3\0${'x'.repeat(5000)}`)
    await expect(SqliteDatastore.open(path)).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it('D21 expired values are removed eventually', async () => {
    await using store = await SqliteDatastore.open(path)
    await store.put(a, bytesOf('x'), { ttl: 1 })
    while (await store.has(a));
    const other = database()
    await store.close()
    await using again = await SqliteDatastore.open(path)
    await again.put(Key.of('b'), bytesOf('y'), { ttl: 60_000 })
    expect(other.prepare(`SELECT count(*) AS n FROM kv WHERE k = x'61'`).get()).toEqual({ n: 0 })
  })
})

/** Runs a command until it prints a line. */
function firstLineOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('error', reject)
  })
}
