import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BinaryDatastore, Entry } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { LevelDatastore } from '../../../../src/core/node/engines/leveldb/index.ts'
import { FsDatastore } from '../../../../src/core/node/index.ts'
import type { Condition, Query } from '../../../../src/core/query/query.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import type { QueryReport, ResultRow } from '../../../../src/shared/procedures/query.ts'
import {
  byItsCalls,
  bytesOf,
  connect,
  openSession,
  type TestPage,
  tempFolder,
  testHost,
} from '../test-host.ts'

interface Run {
  readonly id: string
  readonly report: QueryReport
  readonly rows: readonly ResultRow[]
  readonly keys: readonly string[]
}

/** Runs a query to its end. */
async function run(page: TestPage, session: string, query: Query): Promise<Run> {
  const { query: id } = await page.call('query.open', { session, text: JSON.stringify(query) })
  return ended(page, id)
}

async function ended(page: TestPage, id: string): Promise<Run> {
  let report = await page.call('query.next', { query: id })
  while (!report.isLast) report = await page.call('query.next', { query: id, version: report.version })
  const { rows } = await page.call('query.rows', { query: id, offset: 0, limit: 500 })
  return { id, report, rows, keys: rows.map(({ key }) => key) }
}

const VALUES: Readonly<Record<string, string>> = {
  '/films/alien': '{"year":1979,"by":{"name":"Scott"}}',
  '/films/brazil': '{"year":1985,"by":{"name":"Gilliam"}}',
  '/films/brazil/scene-1': 'A fly falls\ninto the printer, Lowry is not Tuttle',
  '/films/greed': '{"year":1924}',
  '/readme.txt': 'Films of some years',
  '/still.png': '\u0089PNG\r\n',
}

const STORES: readonly (readonly [string, () => Promise<BinaryDatastore>])[] = [
  ['memory', async () => byItsCalls(new MemoryDatastore())],
  ['a folder', async () => FsDatastore.open(join(await tempFolder(), 'data'), { layout: 'strata' })],
  ['LevelDB', async () => LevelDatastore.open(join(await tempFolder(), 'db'))],
]

async function filled(make: () => Promise<BinaryDatastore>): Promise<BinaryDatastore> {
  const store = await make()
  for (const [key, value] of Object.entries(VALUES)) await store.put(Key.parse(key), bytesOf(value))
  return store
}

describe.each(STORES)('queries over %s', (_, make) => {
  it('H41 return the same as the library, with and without a key index', async () => {
    const host = await testHost()
    const store = await filled(make)
    const { id: session } = await host.openStore('Test', store)
    const page = await connect(host)
    const condition: fc.Arbitrary<Condition> = fc.letrec<{ any: Condition; leaf: Condition }>(tie => ({
      leaf: fc.constantFrom<Condition>(
        { field: 'key', op: 'contains', value: 'brazil' },
        { field: 'key', op: 'contains', value: 'FILMS', ignoreCase: true },
        { field: 'key', op: 'matches', value: '[ae].+\\d?$' },
        { field: 'key', op: 'glob', value: '/films/*' },
        { field: 'key', op: '>', value: '/films/brazil' },
        { field: 'size', op: '>', value: 20 },
        { field: 'mtime', op: '>', value: 0 },
        { field: 'year', op: '>=', value: 1979 },
        { field: 'by.name', op: 'prefix', value: 'G' },
        { field: 'value', op: 'contains', value: 'PNG' },
        { field: 'value', op: 'matches', value: 'years$|Tuttle$' },
        { field: 'value', op: 'hasBytes', value: '0d0a' },
      ),
      any: fc.oneof(
        { maxDepth: 2 },
        tie('leaf'),
        fc.record({ and: fc.array(tie('any'), { maxLength: 3 }) }),
        fc.record({ or: fc.array(tie('any'), { maxLength: 3 }) }),
        fc.record({ not: tie('any') }),
      ),
    })).any
    const order = fc.constantFrom('key', 'size', 'year', 'by.name')
    const query = fc.record<Query>(
      {
        prefix: fc.constantFrom('/', '/films', '/none'),
        recursive: fc.boolean(),
        where: condition,
        orderBy: fc.array(fc.record({ field: order, descending: fc.boolean() }), { maxLength: 2 }),
        offset: fc.nat(3),
        limit: fc.nat(4),
        withStat: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    const same = async (asked: Query) => {
      const entries: Entry<Uint8Array>[] = []
      for await (const entry of store.query(asked, { scan: true })) entries.push(entry)
      const { id, keys, report } = await run(page, session, asked)
      await page.call('query.close', { query: id })
      expect(keys, JSON.stringify(asked)).toEqual(entries.map(({ key }) => key.toString()))
      expect(report.problems).toBe(0)
    }
    await fc.assert(fc.asyncProperty(query, same), { numRuns: 60 })
    await knowKeys(page, session)
    await fc.assert(fc.asyncProperty(query, same), { numRuns: 60 })
  })

  it('H41 report the matches in a value, and the values of the requested paths', async () => {
    const host = await testHost()
    const { id: session } = await host.openStore('Test', await filled(make))
    const page = await connect(host)
    const inText = await run(page, session, { where: { field: 'value', op: 'contains', value: 'Lowry' } })
    const text = 'into the printer, Lowry is not Tuttle'
    expect(inText.rows[0]).toMatchObject({
      key: '/films/brazil/scene-1',
      size: VALUES['/films/brazil/scene-1']?.length,
      excerpt: { text, start: text.indexOf('Lowry'), end: text.indexOf('Lowry') + 5 },
    })
    const inJson = await run(page, session, {
      where: { field: 'year', op: '<', value: 1980 },
      orderBy: [{ field: 'by.name' }],
    })
    expect(inJson.rows.map(({ columns }) => columns)).toEqual([
      ['1979', 'Scott'],
      ['1924', null],
    ])
  })
})

/** Makes the host read all keys into its index. */
async function knowKeys(page: TestPage, session: string): Promise<void> {
  const search = { kind: 'substring', text: '', limit: 1 } as const
  const opened = await page.call('search.open', { session, search })
  while (!(await page.call('search.next', opened)).isLast);
}

describe('a query', () => {
  it('H42 reports what it would read, and errors with their position, before it runs', async () => {
    const { page, session } = await openSession(['/a/1', '/a/2', '/b'])
    const describe = (query: unknown) =>
      page.call('query.describe', {
        session,
        text: typeof query === 'string' ? query : JSON.stringify(query),
      })
    expect(await describe({ where: { field: 'key', op: 'glob', value: '*' } })).toEqual({
      cost: { reads: 'keys', columns: [] },
    })
    expect(await describe({ orderBy: [{ field: 'size' }] })).toMatchObject({ cost: { reads: 'stats' } })
    await knowKeys(page, session)
    expect(await describe({ prefix: '/a', where: { field: 'year', op: '>', value: 1 } })).toEqual({
      cost: { reads: 'values', columns: ['year'], keys: 2 },
    })
    expect(await describe('{ "prefix": }')).toMatchObject({ problem: { offset: 12 } })
    const wrong = { where: { and: [{ field: 'key', op: '~', value: '' }] } }
    expect(await describe(wrong)).toMatchObject({ problem: { path: 'where.and[0].op' } })
    await expect(page.call('query.open', { session, text: JSON.stringify(wrong) })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    })
  })

  it('H42 with an expression of exponential cost in other engines ends at once', async () => {
    const store = new MemoryDatastore()
    await store.put(Key.parse('/long'), bytesOf(`${'a'.repeat(100_000)}!`))
    const { page, session } = await openSession(store)
    const { keys } = await run(page, session, { where: { field: 'value', op: 'matches', value: '^(a+)+$' } })
    expect(keys).toEqual([])
  })

  it('H43 keeps its rows when stopped, until it is closed', async () => {
    const store = new HeldStore()
    for (let index = 0; index < 400; index++) await store.put(Key.of('k', String(index)), bytesOf('x'))
    const { page, session } = await openSession(byItsCalls(store))
    store.free = 100
    const text = JSON.stringify({ where: { field: 'value', op: 'contains', value: 'x' } })
    const { query } = await page.call('query.open', { session, text })
    const opened = { query }
    let report = await page.call('query.next', opened)
    while (report.rows === 0) report = await page.call('query.next', { ...opened, version: report.version })
    expect(report).toMatchObject({ isLast: false, isStopped: false })
    await page.call('query.stop', opened)
    const stopped = await ended(page, opened.query)
    expect(stopped.report).toMatchObject({ isLast: true, isStopped: true })
    expect(stopped.rows.length).toBeGreaterThan(0)
    expect(stopped.report.searched).toBeLessThan(400)
    await page.call('query.close', opened)
    await expect(page.call('query.rows', { ...opened, offset: 0, limit: 1 })).rejects.toMatchObject({
      code: 'CLOSED',
    })
  })

  it('H47 finds text, bytes and fields in compressed and encoded values', async () => {
    const store = new MemoryDatastore()
    const json = '{"year":1927,"by":"Fritz Lang, Österreich"}'
    for (const [name, bytes] of [
      ['br.br', zlib.brotliCompressSync(json)],
      ['gzip', zlib.gzipSync(json)],
      ['latin1', Buffer.from(json, 'latin1')],
      ['plain', Buffer.from(json)],
      ['utf16', Buffer.from(`\ufeff${json}`, 'utf16le')],
      ['zlib', zlib.deflateSync(json)],
    ] as const)
      await store.put(Key.of(name), new Uint8Array(bytes))
    const { page, session } = await openSession(store)
    const all = ['/br.br', '/gzip', '/latin1', '/plain', '/utf16', '/zlib']
    const found = async (where: Condition) => (await run(page, session, { where })).keys
    expect(await found({ field: 'value', op: 'contains', value: 'Österreich' })).toEqual(all)
    expect(await found({ field: 'value', op: 'matches', value: '"Fritz \\w+, ' })).toEqual(all)
    expect(await found({ field: 'year', op: '=', value: 1927 })).toEqual(all)
    expect(await found({ field: 'value', op: 'hasBytes', value: '1f8b' })).toEqual(['/gzip'])
  })

  it('H44 lists the keys whose value could not be read, and continues', async () => {
    const { page, session } = await openSession(byItsCalls(await brokenStore()))
    const { id, keys, report } = await run(page, session, {
      where: { field: 'value', op: 'contains', value: '/' },
    })
    expect(keys).toEqual(['/a', '/c'])
    expect(report).toMatchObject({ problems: 1, searched: 3, total: 3, isTotalExact: true })
    expect(await page.call('query.problems', { query: id })).toEqual({
      problems: [{ key: '/b', message: 'the disk is broken' }],
    })
  })

  it('H44 a file that cannot be read is a problem of its key', async () => {
    const path = await tempFolder()
    await writeFile(join(path, 'open'), 'text')
    await writeFile(join(path, 'shut'), 'text')
    await truncate(join(path, 'shut'), 65 * 1024 * 1024)
    const { page, session } = await openFolder(path)
    const { id, keys } = await run(page, session, {
      where: { field: 'value', op: 'contains', value: 'text' },
    })
    expect(keys).toEqual(['/open'])
    const { problems } = await page.call('query.problems', { query: id })
    expect(problems).toHaveLength(1)
    expect(problems[0]?.key).toBe('/shut')
    expect(problems[0]?.message).toContain('It was not searched')
  })

  it('H44 no link out of a folder is followed', async () => {
    const [path, other] = [await tempFolder(), await tempFolder()]
    await mkdir(join(path, 'sub'))
    await writeFile(join(path, 'sub', 'one'), 'text')
    await writeFile(join(other, 'one'), 'text')
    const { page, session } = await openFolder(path)
    const text = { where: { field: 'value', op: 'contains', value: 'text' } } as const
    expect((await run(page, session, text)).keys).toEqual(['/sub/one'])
    await rm(join(path, 'sub'), { recursive: true })
    await symlink(other, join(path, 'sub'))
    await page.call('levels.refresh', { session, prefix: '/', deep: true })
    expect((await run(page, session, text)).keys).toEqual([])
  })

  it('H45 refreshed rows show the current state of their keys', async () => {
    const { page, session, store } = await openSession(['/a', '/b', '/c'])
    const { id } = await run(page, session, { withStat: true })
    await store.put(Key.parse('/b'), bytesOf('longer than before'))
    await store.delete(Key.parse('/c'))
    const { rows } = await page.call('query.rows', { query: id, offset: 0, limit: 10, look: true })
    expect(rows.map(({ key, state }) => [key, state])).toEqual([
      ['/a', undefined],
      ['/b', 'changed'],
      ['/c', 'deleted'],
    ])
    expect(rows[1]?.size).toBe('longer than before'.length)
  })

  it('H46 its rows can be sorted by key, size and time, and returned in the order found', async () => {
    const store = new MemoryDatastore()
    for (const [key, length] of [
      ['/a', 3],
      ['/b', 1],
      ['/c', 2],
    ] as const)
      await store.put(Key.parse(key), new Uint8Array(length))
    const { page, session } = await openSession(store)
    const { id } = await run(page, session, { withStat: true })
    const keysBy = async (by?: 'key' | 'size' | 'mtime', descending = false) => {
      await page.call('query.sort', { query: id, by, descending })
      return (await page.call('query.keys', { query: id, offset: 0, limit: 10 })).keys
    }
    expect(await keysBy('size')).toEqual(['/b', '/c', '/a'])
    expect(await keysBy('size', true)).toEqual(['/a', '/c', '/b'])
    expect(await keysBy('key', true)).toEqual(['/c', '/b', '/a'])
    expect(await keysBy()).toEqual(['/a', '/b', '/c'])
  })

  it('H46 its rows are sorted at the end if that was requested while it ran', async () => {
    const store = new MemoryDatastore()
    for (let index = 0; index < 3000; index++)
      await store.put(Key.parse(`/${index}`), new Uint8Array((index * 7919) % 3001))
    const { page, session } = await openSession(store)
    for (let round = 0; round < 10; round++) {
      const text = JSON.stringify({ withStat: true })
      const { query } = await page.call('query.open', { session, text })
      // Not awaited: it continues while the run ends.
      const sorting = page.call('query.sort', { query, by: 'size', descending: true })
      let report = await page.call('query.next', { query })
      while (!report.isLast) report = await page.call('query.next', { query, version: report.version })
      await sorting
      const { rows } = await page.call('query.rows', { query, offset: 0, limit: 500 })
      const sizes = rows.map(({ size = 0 }) => size)
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
      expect(sizes[0]).toBeGreaterThan(2990)
    }
  })

  it('H46 a page of rows is identified by its number', async () => {
    const keys = Array.from({ length: 3000 }, (_, index) => `/k/${String(index).padStart(4, '0')}`)
    const { page, session } = await openSession(keys)
    const { id, report } = await run(page, session, {
      where: { field: 'value', op: 'contains', value: '/k/' },
    })
    expect(report).toMatchObject({ rows: 3000, found: 3000, searched: 3000 })
    const { rows } = await page.call('query.rows', { query: id, offset: 2990, limit: 500 })
    expect(rows.map(({ key }) => key)).toEqual(keys.slice(2990))
  })
})

async function openFolder(path: string) {
  const host = await testHost()
  const { id: session } = await host.open({ type: 'folder', path })
  return { page: await connect(host), session }
}

/** Returns `free` values. Reads of later ones never settle. */
class HeldStore extends MemoryDatastore {
  free = Infinity

  override async get(...args: Parameters<MemoryDatastore['get']>): Promise<Uint8Array> {
    if (this.free-- <= 0) await new Promise(resolve => args[1]?.signal?.addEventListener('abort', resolve))
    return super.get(...args)
  }
}

async function brokenStore(): Promise<MemoryDatastore> {
  const store = new (class extends MemoryDatastore {
    override async get(...args: Parameters<MemoryDatastore['get']>): Promise<Uint8Array> {
      if (args[0].name === 'b') throw new Error('the disk is broken')
      return super.get(...args)
    }
  })()
  for (const name of ['a', 'b', 'c']) await store.put(Key.of(name), bytesOf(`/${name}`))
  return store
}
