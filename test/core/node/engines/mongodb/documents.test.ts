import { Binary, Decimal128, Double, Int32, Long, MongoClient, ObjectId } from 'mongodb'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatastoreError } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import {
  MongoDatastore,
  type MongoOptions,
} from '../../../../../src/core/node/engines/mongodb/mongo-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import type { MongoDouble } from '../../../../servers/mongo/double.ts'
import { context, namesIn, waitAsIf } from '../server-context.ts'
import { mongoServer, newName } from './mongo-context.ts'

const server = await mongoServer()
const client = new MongoClient(server.url)
const database = client.db(newName())
afterAll(async () => {
  await database.dropDatabase().catch(() => undefined)
  await client.close()
  await server.stop()
})

const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const json = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString()) as unknown
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => (error instanceof DatastoreError ? error.code : String(error)),
  )
const opened: MongoDatastore[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

let name: string
beforeEach(() => {
  name = newName()
})

async function open(options: Partial<MongoOptions>): Promise<MongoDatastore> {
  const given = { url: server.url, database: database.databaseName, collection: name, ...options }
  const store = await MongoDatastore.open(given, context)
  opened.push(store)
  return store
}

/** A value of each type that JSON does not have. */
const TYPES = {
  int: new Int32(7),
  long: Long.fromString('9007199254740993'),
  double: new Double(7),
  decimal: Decimal128.fromString('1.10'),
  date: new Date(1_700_000_000_123),
  bytes: new Binary(Buffer.from([0, 255])),
  id: new ObjectId('65f000000000000000000001'),
}

describe('collections of other programs', () => {
  it('E96 a collection of go-ds-mongo is found, edited and read back', async () => {
    const others = database.collection<{ _id: string; v: Binary; note?: string }>(name)
    await others.insertOne({ _id: '/a/b', v: new Binary(Buffer.from('one')), note: 'kept' })
    await others.insertOne({ _id: '/a-b', v: new Binary(Buffer.from('two')) })
    const store = await open({ layout: undefined })
    expect(await walkKeys(store)).toEqual(['/a/b', '/a-b'])
    await store.put(Key.parse('/a/b'), bytes('three'))
    await store.put(Key.parse('/c'), bytes('four'))
    expect(await others.findOne({ _id: '/a/b' }, { promoteBuffers: true })).toEqual({
      _id: '/a/b',
      v: Buffer.from('three'),
      note: 'kept',
    })
    expect((await others.findOne({ _id: '/c' }))?.v.sub_type).toBe(0)
  })

  it('E96 documents that layout path cannot show are rejected by name', async () => {
    const others = database.collection(name)
    await others.insertOne({ _id: '/text' as never, v: 'no bytes' })
    const store = await open({})
    expect(await codeOf(store.get(Key.of('text')))).toBe('VALUE_INVALID')
    await others.insertOne({ v: 1 })
    expect(await codeOf(open({}))).toBe('CONFIG_INVALID')
  })

  it('E109 documents that others insert and delete are listed and omitted once the index is ten seconds old', async () => {
    const others = database.collection(name)
    await others.insertOne({ _id: 'a' as never, v: 1 })
    const store = await open({ layout: 'documents' })
    expect(await namesIn(store)).toEqual(['a'])
    await others.insertOne({ _id: 'b' as never, v: 2 })
    await others.deleteOne({ _id: 'a' as never })
    expect(await namesIn(store)).toEqual([])
    expect(await store.has(Key.of('b'))).toBe(true)
    waitAsIf(600_000)
    await expect.poll(() => namesIn(store)).toEqual(['b'])
  })

  it('E126 a page of a thousand documents is looked up in two requests, which return only their keys', async ({
    skip,
  }) => {
    if (!('ran' in server)) skip('a real server does not count the requests of one client')
    const { ran } = server as MongoDouble
    const ids = Array.from({ length: 1000 }, (_, index) => `c${String(index).padStart(4, '0')}`)
    const others = database.collection(name)
    const typed = [new ObjectId(), new Int32(7), new Double(1.5)]
    await others.insertMany([...ids, ...typed].map(_id => ({ _id: _id as never, v: 'x'.repeat(1000) })))
    const store = await open({ layout: 'documents' })
    await namesIn(store)
    const before = ran.get('find') ?? 0
    const { children } = await store.list(Key.root, { limit: 1000 })
    expect(children).toHaveLength(1000)
    expect((ran.get('find') ?? 0) - before).toBe(2)
    expect((await store.list(Key.root, { limit: 2000 })).children).toHaveLength(1003)
  })

  it('E97 documents are edited as Extended JSON, and keep the types of their fields', async () => {
    const others = database.collection(name)
    const _id = new ObjectId()
    await others.insertOne({ _id, ...TYPES })
    const store = await open({ layout: 'documents' })
    const key = Key.of(_id.toHexString())
    expect(await walkKeys(store)).toEqual([key.toString()])
    const text = Buffer.from(await store.get(key)).toString()
    const { etag } = await store.stat(key)
    await store.put(key, bytes(text.replace('"7"', '"8"')), { ifMatch: etag })
    const typed = { promoteValues: false, promoteBuffers: false, promoteLongs: false } as const
    const found = await others.findOne({ _id }, typed)
    expect({ ...found, _id: undefined }).toEqual({ ...TYPES, int: new Int32(8), _id: undefined })
    expect(await codeOf(store.put(key, bytes(text), { ifMatch: etag }))).toBe('CONFLICT')
    expect(await codeOf(store.put(key, bytes('{')))).toBe('VALUE_INVALID')
    expect(await codeOf(store.put(key, bytes('[]')))).toBe('VALUE_INVALID')
    expect(await codeOf(store.put(key, bytes('{"_id": "other"}')))).toBe('VALUE_INVALID')
    await store.delete(key)
    expect(await others.findOne({ _id })).toBeNull()
  })

  it('E97 any field can be the key; a rename writes it', async () => {
    const others = database.collection(name)
    await others.insertOne({ slug: 'films/Brazil', year: 1985 })
    await others.insertOne({ slug: 'films/Alien', year: 1979 })
    const store = await open({ layout: 'documents', keyField: 'slug' })
    expect(await walkKeys(store)).toEqual(['/films/Alien', '/films/Brazil'])
    expect(json(await store.get(Key.parse('/films/Brazil')))).toMatchObject({ year: { $numberInt: '1985' } })
    await store.rename(Key.parse('/films/Brazil'), Key.parse('/films/Brasil'))
    await store.put(Key.parse('/films/Solaris'), bytes('{"year": 1972}'))
    const slugs = (await others.find().toArray()).map(({ slug, year }) => [slug, year] as unknown)
    expect(slugs).toHaveLength(3)
    expect(slugs).toEqual(
      expect.arrayContaining([
        ['films/Brasil', 1985],
        ['films/Alien', 1979],
        ['films/Solaris', 1972],
      ]),
    )
  })

  it('E98 a database of py datastore.mongo is shown by the keys in its documents, wrapped or not', async () => {
    const py = client.db(newName())
    // As the library stores them: one collection per path.
    await py
      .collection('Comedy.Actor')
      .insertOne({ key: '/Comedy/Actor:Cleese', val: 'tall', _wrapped: true })
    await py.collection('a_b').insertOne({ key: '/a_b/x', name: 'one' })
    await py.collection('a_b').insertOne({ key: '/a:b/x', name: 'two' })
    await py.collection('_').insertOne({ key: '/top', val: 7, _wrapped: true })
    const store = await open({ database: py.databaseName, collection: undefined, layout: 'py-datastore' })
    expect(await walkKeys(store)).toEqual(['/Comedy/Actor:Cleese', '/a:b/x', '/a_b/x', '/top'])
    expect(json(await store.get(Key.parse('/Comedy/Actor:Cleese')))).toBe('tall')
    expect(json(await store.get(Key.parse('/a:b/x')))).toEqual({ key: '/a:b/x', name: 'two' })
    await store.put(Key.parse('/top'), bytes('[1]'))
    await store.put(Key.parse('/a_b/x'), bytes('{"key": "/a_b/x", "name": "three"}'))
    expect(await py.collection('_').findOne({})).toMatchObject({
      key: '/top',
      val: [1],
      _wrapped: true,
    })
    expect(await py.collection('a_b').findOne({ key: '/a_b/x' })).toMatchObject({ name: 'three' })
    expect(await py.collection('a_b').findOne({ key: '/a:b/x' })).toMatchObject({ name: 'two' })
    await py.dropDatabase().catch(() => undefined)
  })
})

describe('connecting', () => {
  it('E95 an expired value is absent for every reader, before and after the server removes the record', async () => {
    const store = await open({ layout: 'strata' })
    await store.put(Key.of('a'), bytes('x'), { ttl: 30 })
    await expect.poll(() => store.has(Key.of('a')), { timeout: 5000 }).toBe(false)
    await store.put(Key.of('a'), bytes('y'), { replace: false })
    expect(Buffer.from(await store.get(Key.of('a'))).toString()).toBe('y')
  })

  it('E99 a lost server fails calls as CONNECTION, is reported once, and is used again once it is back', async ({
    skip,
  }) => {
    if (!('start' in server)) skip('a real server is not stopped')
    const double = server as typeof server & { start(): Promise<void> }
    const reports: boolean[] = []
    const store = await MongoDatastore.open(
      { url: double.url, collection: newName(), timeout: 500 },
      { ...context, report: ({ lost }) => reports.push(lost !== undefined) },
    )
    await store.put(Key.of('a'), bytes('x'))
    await double.stop()
    expect(['CONNECTION', 'TIMEOUT']).toContain(await codeOf(store.get(Key.of('a'))))
    await expect.poll(() => reports, { timeout: 10_000 }).toEqual([true])
    await double.start()
    await expect.poll(() => codeOf(store.get(Key.of('a'))), { timeout: 10_000 }).toBe('done')
    await expect.poll(() => reports, { timeout: 10_000 }).toEqual([true, false])
    await store.close()
  })

  it('E99 while no server can be reached calls fail at once, and name their key', async ({ skip }) => {
    if (!('start' in server)) skip('a real server is not stopped')
    const double = server as typeof server & { start(): Promise<void> }
    const reports: (string | undefined)[] = []
    // No call waits until this limit.
    const store = await MongoDatastore.open(
      { url: double.url, collection: newName(), timeout: 600_000 },
      { ...context, report: ({ lost }) => reports.push(lost?.reason) },
    )
    const key = Key.of('a')
    await store.put(key, bytes('x'))
    await double.stop()
    // This call may have begun before the loss was known.
    await expect(store.get(key)).rejects.toMatchObject({ code: 'CONNECTION', key })
    await expect.poll(() => reports.length).toBe(1)
    expect(reports[0]).toContain(
      `Cannot connect to ${new URL(double.url).host}: the server cannot be reached (`,
    )
    await expect(store.put(key, bytes('y'))).rejects.toMatchObject({ code: 'CONNECTION', key })
    await double.start()
    await store.close()
  })

  it('E99 an address with a password and a password without a user are rejected; an unreachable server is CONNECTION', async () => {
    const at = (options: Partial<MongoOptions>) => codeOf(open({ timeout: 300, ...options }))
    expect(await at({ url: 'mongodb://a:secret@127.0.0.1/x' })).toBe('CONFIG_INVALID')
    expect(await at({ url: 'redis://127.0.0.1' })).toBe('CONFIG_INVALID')
    expect(await at({ password: { secret: 's' } })).toBe('CONFIG_INVALID')
    expect(await at({ layout: 'documents', collection: undefined })).toBe('CONFIG_INVALID')
    expect(await at({ url: 'mongodb://127.0.0.1:1' })).toBe('CONNECTION')
  })
})
