import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import { S3Datastore } from '../../../../../src/core/node/engines/s3/s3-datastore.ts'
import { needsScan } from '../../../../../src/core/query/plan.ts'
import type { Condition, Query, QueryOptions } from '../../../../../src/core/query/query.ts'
import { noRadosgw, type Radosgw, startRadosgw } from '../../../../servers/radosgw.ts'
import { S3Double } from '../../../../servers/s3-double.ts'
import { text } from '../../../../text.ts'
import { contextWith } from '../server-context.ts'
import { clientOf, newBucket, openS3Datastore } from './s3-context.ts'

const SECOND = 1000
const START = Date.UTC(2026, 0, 1)

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

const keysOf = (entries: readonly Entry<Uint8Array>[]) => entries.map(({ key }) => key.toString())

interface Filled {
  readonly double: S3Double
  readonly store: S3Datastore
  /** The result of a query, and the number of requests of each kind. */
  asked(query: Query, options?: QueryOptions): Promise<{ entries: Entry<Uint8Array>[]; made: Made }>
}

type Made = Record<'GET' | 'HEAD' | 'list', number>

/** Values of 0 to 39 bytes, one a second: every other one at the root, the rest below `/b`. */
async function filled(layout: 'path' | 'strata'): Promise<Filled> {
  let time = START
  const double = await S3Double.start({ now: () => new Date((time += SECOND) + 789) })
  opened.push({ close: () => double.stop() })
  const { endpoint } = double
  const place = { url: 's3://bucket', endpoint, user: 'user', password: { secret: 'key' }, timeout: 5000 }
  const store = await S3Datastore.open({ ...place, layout }, contextWith('secret'))
  opened.push(store)
  time = START
  for (let index = 0; index < 40; index++) {
    const name = `n${String(index).padStart(2, '0')}`
    await store.put(index % 2 === 0 ? Key.of(name) : Key.of('b', name), new Uint8Array(index))
  }
  return {
    double,
    store,
    async asked(query, options) {
      double.requests.length = 0
      const entries = await collect(store.query(query, options))
      const made = { GET: 0, HEAD: 0, list: 0 }
      for (const request of double.requests) {
        if (request.includes('list-type')) made.list++
        else if (request.startsWith('GET')) made.GET++
        else if (request.startsWith('HEAD')) made.HEAD++
      }
      return { entries, made }
    },
  }
}

const large: Condition = { field: 'size', op: '>=', value: 36 }
const late: Condition = { field: 'mtime', op: '>', value: START + 36 * SECOND }

describe('E111 conditions that a listing can evaluate', () => {
  it('E111 size and time in layout path take no request per object, and values are read only for the results', async () => {
    const { store, asked } = await filled('path')
    for (const where of [
      large,
      late,
      { and: [large, late] },
      { or: [large, { field: 'size', op: '<', value: 0 } as const] },
    ]) {
      expect(needsScan(store.explainQuery({ where }))).toBe(false)
      const keys = await asked({ where, keysOnly: true })
      expect(keysOf(keys.entries)).toEqual(['/b/n37', '/b/n39', '/n36', '/n38'])
      expect(keys.made).toMatchObject({ GET: 0, HEAD: 0 })
      const values = await asked({ where })
      expect(values.entries.map(({ value }) => value?.length)).toEqual([37, 39, 36, 38])
      expect(values.made).toMatchObject({ GET: 4, HEAD: 0 })
    }
    const inBranch: Condition = { field: 'key', op: 'contains', value: '/b/' }
    const withKey = await asked({ where: { and: [large, inBranch] } }, { scan: true })
    expect(keysOf(withKey.entries)).toEqual(['/b/n37', '/b/n39'])
    expect(withKey.made).toMatchObject({ GET: 2, HEAD: 0 })
    const { entries, made } = await asked({ where: large, keysOnly: true, withStat: true })
    expect(entries.map(({ stat }) => stat?.size)).toEqual([37, 39, 36, 38])
    expect(made).toMatchObject({ GET: 0, HEAD: 4 })
  })

  it('E111 so does the size in layout strata; its time is in the object, and takes one request for each that matches the size', async () => {
    const { store, asked } = await filled('strata')
    expect(needsScan(store.explainQuery({ where: large }))).toBe(false)
    const keys = await asked({ where: large, keysOnly: true })
    expect(keysOf(keys.entries)).toEqual(['/b/n37', '/b/n39', '/n36', '/n38'])
    expect(keys.made).toEqual({ GET: 0, HEAD: 0, list: 1 })
    const values = await asked({ where: large, offset: 1, limit: 2 })
    expect(values.entries.map(({ value }) => value?.length)).toEqual([39, 36])
    expect(values.made).toEqual({ GET: 2, HEAD: 0, list: 1 })
    const level = await asked({ where: large, recursive: false, keysOnly: true })
    expect([keysOf(level.entries), level.made]).toEqual([['/n36', '/n38'], { GET: 0, HEAD: 0, list: 1 }])
    const { mtime = 0 } = await store.stat(Key.of('n38'))
    const ever: Condition = { field: 'mtime', op: '<=', value: mtime }
    expect(needsScan(store.explainQuery({ where: ever }))).toBe(true)
    const timed = await asked({ where: { and: [large, ever] }, keysOnly: true }, { scan: true })
    expect(keysOf(timed.entries)).toEqual(expect.arrayContaining(['/b/n37', '/n36', '/n38']))
    expect(timed.made).toMatchObject({ GET: 0, HEAD: 4 })
  })

  it('E111 an order by size uses the listing, so only the values of the results are read', async () => {
    for (const { asked } of [await filled('path'), await filled('strata')]) {
      const orderBy = [{ field: 'size', descending: true }] as const
      const { entries, made } = await asked({ orderBy, limit: 2 }, { scan: true })
      expect(entries.map(({ value }) => value?.length)).toEqual([39, 38])
      expect(made).toMatchObject({ GET: 2, HEAD: 0 })
    }
  })

  it('E111 an object that was replaced after the listing is evaluated with the values read', async () => {
    const { double, asked } = await filled('strata')
    double.disturb = (_, url) => {
      if (!url.searchParams.has('list-type') && url.pathname.endsWith('/n36')) double.fill([['n36', 'short']])
      return undefined
    }
    expect(keysOf((await asked({ where: large })).entries)).toEqual(['/b/n37', '/b/n39', '/n38'])
  })

  it('E111 conditions agree with stat, to the millisecond', async () => {
    const { store, asked } = await filled('path')
    const { mtime = 0 } = await store.stat(Key.of('n10'))
    const exactly = await asked({ where: { field: 'mtime', op: '=', value: mtime } })
    expect(keysOf(exactly.entries)).toEqual(['/n10'])
  })
})

/** Forwards requests to a server, and records the method of each request for an object. */
async function counting(
  endpoint: string,
): Promise<{ readonly endpoint: string; readonly methods: string[] }> {
  const methods: string[] = []
  const { hostname, port } = new URL(endpoint)
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    if (/^\/[^/?]+\/[^?]/.test(url)) methods.push(method)
    // The signature includes the host, so it must not change.
    const passed = request({ hostname, port, method, path: url, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(passed)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  opened.push({
    close: () => {
      server.closeAllConnections()
      return new Promise(done => server.close(done))
    },
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, methods }
}

describe('E111 on a server', () => {
  let server: Radosgw
  beforeAll(async () => {
    if (noRadosgw === undefined) server = await startRadosgw()
  }, 150_000)
  afterAll(async () => {
    if (noRadosgw === undefined) await server.stop()
  })

  it('E111 radosgw lists the sizes and times that stat returns for each object', async ({ skip }) => {
    skip(noRadosgw !== undefined, noRadosgw)
    const client = clientOf(server)
    opened.push({
      close: async () => {
        client.destroy()
      },
    })
    for (const layout of ['path', 'strata'] as const) {
      const { endpoint, methods } = await counting(server.endpoint)
      const store = await openS3Datastore({ ...server, endpoint }, await newBucket(client), { layout })
      opened.push(store)
      for (let index = 0; index < 10; index++)
        await store.put(Key.of('d', `n${index}`), new Uint8Array(index))
      for (const child of (await store.list(Key.of('d'))).children) {
        const { size, mtime } = await store.stat(child.key)
        expect([child.size, child.mtime]).toEqual([size, layout === 'path' ? mtime : undefined])
      }
      methods.length = 0
      const where = { field: 'size', op: '>', value: 7 } as const
      expect(keysOf(await collect(store.query({ where, keysOnly: true })))).toEqual(['/d/n8', '/d/n9'])
      expect(methods).toEqual([])
      const found = await collect(store.query({ where }))
      expect(methods).toEqual(['GET', 'GET'])
      expect(keysOf(found)).toEqual(['/d/n8', '/d/n9'])
      expect(found.map(({ value }) => text(value ?? new Uint8Array()).length)).toEqual([8, 9])
    }
  })
})
