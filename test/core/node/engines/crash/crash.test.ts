import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { Etcd3 } from 'etcd3'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { MetaConnection } from '../../../../../src/core/node/engines/memcached/meta-connection.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'
import { noEtcd, startEtcd } from '../../../../servers/etcd.ts'
import { noMariadb, startMariadb } from '../../../../servers/mariadb.ts'
import { noMemcached, startMemcached } from '../../../../servers/memcached.ts'
import { startDoubleProcess } from '../../../../servers/mongo/double-process.ts'
import { noPostgres, startPostgres } from '../../../../servers/postgres.ts'
import { noRadosgw, startRadosgw } from '../../../../servers/radosgw.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'
import { type Bundle, bundle } from '../../fs/crash/bundle.ts'
import { serialOf } from '../../fs/crash/self-described.ts'
import { TempRoots } from '../../fs/temp-root.ts'
import { clientOf, newBucket } from '../s3/s3-context.ts'
import { openEngine } from './engines.ts'

/** `STRATA_KILLS=200 npx vitest run test/core/node/engines/crash` makes more kills. */
const KILLS = Number(process.env['STRATA_KILLS'] ?? 20)
/** Server settings with which an acknowledged write is on the device. */
const DURABLE = [
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
] as const
/** The number of kills for one place. */
const KILLS_A_PLACE = 10
const roots = new TempRoots()
let writer: Bundle

beforeAll(async () => {
  writer = await bundle(join(import.meta.dirname, 'writer.ts'), [
    '@aws-sdk/client-s3',
    'classic-level',
    'etcd3',
    'isomorphic-git',
    'lmdb',
    'mongodb',
    'mysql2',
    'pg',
    '@photostructure/sqlite',
  ])
}, 60_000)
afterAll(async () => {
  await writer.remove()
  await roots.remove()
})

/** A server that a writer writes to. */
interface Served {
  readonly url: string
  empty(): Promise<unknown>
  stop(): Promise<void>
}

const servers: readonly {
  readonly name: string
  readonly missing: string | undefined
  readonly start: () => Promise<Served>
}[] = [
  {
    name: 'redis',
    missing: noRedis,
    start: async () => {
      const server = await startRedis({ config: DURABLE })
      return { url: server.url, empty: () => server.flush(), stop: () => server.stop() }
    },
  },
  {
    name: 'mysql',
    missing: noMariadb,
    start: async () => {
      const server = await startMariadb()
      return { url: server.url, empty: () => server.sql('DROP TABLE kv'), stop: () => server.stop() }
    },
  },
  {
    name: 'etcd',
    missing: noEtcd,
    start: async () => {
      const server = await startEtcd()
      const client = new Etcd3({ hosts: `http://127.0.0.1:${server.port}` })
      const stop = () => {
        client.close()
        return server.stop()
      }
      return { url: server.url, empty: () => client.delete().all().exec(), stop }
    },
  },
  {
    name: 'memcached',
    missing: noMemcached,
    start: async () => {
      const server = await startMemcached()
      const connection = await MetaConnection.open(
        { host: '127.0.0.1', port: server.port },
        undefined,
        10_000,
      )
      const stop = () => {
        connection.close()
        return server.stop()
      }
      return { url: server.url, empty: () => connection.send('flush_all'), stop }
    },
  },
  ...[true, false].map(isReplicated => ({
    name: isReplicated ? 'replicated mongodb' : 'mongodb',
    missing: undefined,
    start: async () => {
      const server = await startDoubleProcess({ isReplicated })
      const client = new MongoClient(server.url)
      const stop = async () => {
        await client.close()
        await server.stop()
      }
      return { url: server.url, empty: () => client.db('test').collection('kv').drop(), stop }
    },
  })),
  {
    name: 'postgres',
    missing: noPostgres,
    start: async () => {
      const server = await startPostgres()
      return { url: server.url, empty: () => server.sql('DROP TABLE kv'), stop: () => server.stop() }
    },
  },
  {
    name: 's3',
    missing: noRadosgw,
    start: async () => {
      const server = await startRadosgw()
      const client = clientOf(server)
      const { endpoint, user, password } = server
      const url = JSON.stringify({ endpoint, user, password, bucket: await newBucket(client) })
      const stop = () => {
        client.destroy()
        return server.stop()
      }
      // Each round has a folder of its own.
      return { url, empty: () => Promise.resolve(), stop }
    },
  },
]

/** The output of a writer before it was killed. */
interface WriterOutput {
  /** For each key, the serial of the last acknowledged write, and of the last one begun. */
  readonly done: Map<string, number>
  readonly begun: Map<string, number>
}

it.for([
  ['leveldb', 'none'],
  ['leveldb', 'full'],
  ['lmdb', 'none'],
  ['lmdb', 'full'],
  ['sqlite', 'none'],
  ['sqlite', 'full'],
  ['git', 'none'],
  ['git', 'full'],
  ['memory over redis', 'none'],
  ['leveldb over redis', 'none'],
  ['postgres', 'full'],
  ['etcd', 'full'],
  ['memcached', 'none'],
  ['mongodb', 'full'],
  ['replicated mongodb', 'full'],
  ['mysql', 'full'],
  ['s3', 'full'],
] as const)(
  `E3 D37 ${KILLS} kills of %s, durability %s: no acknowledged write is lost, none is torn`,
  {
    timeout: KILLS * 6000,
  },
  async ([engine, durability], { skip }) => {
    const kind = servers.find(({ name }) => engine.endsWith(name))
    skip(kind?.missing !== undefined, kind?.missing)
    const server = await kind?.start()
    try {
      await killAgainAndAgain(engine, durability, server)
    } finally {
      await server?.stop()
    }
  },
)

async function killAgainAndAgain(
  engine: string,
  durability: string,
  server: Served | undefined,
): Promise<void> {
  let serial = 0
  for (let round = 0; round < KILLS; round += KILLS_A_PLACE) {
    const path = join(await roots.make(), 'store')
    const output: WriterOutput = { done: new Map(), begun: new Map() }
    for (let kill = 0; kill < KILLS_A_PLACE; kill++) {
      const args = [engine, path, durability, String(serial), server?.url ?? '']
      await killedAfter(args, output, ((round + kill) * 37) % 100)
      serial = Math.max(serial, ...output.begun.values(), ...output.done.values()) + 100
      if (engine === 'git')
        await promisify(execFile)('git', ['-C', path, 'fsck', '--strict', '--no-dangling'])
      await check(await openEngine(engine, path, 'none', server?.url ?? ''), output)
    }
    expect(output.done.size).toBeGreaterThan(5)
    await server?.empty()
  }
}

/** Starts a writer, and kills it a number of lines and milliseconds after it began to write. */
async function killedAfter(args: readonly string[], output: WriterOutput, moment: number): Promise<void> {
  const child = spawn(process.execPath, [writer.file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let lines = 0
  createInterface(child.stdout).on('line', line => {
    const [verb, name = '', serial] = line.split(' ')
    if (verb === 'begin') output.begun.set(name, Number(serial))
    if (verb === 'done' || verb === 'pair') output.done.set(name, Number(serial))
    if (++lines === 20 + moment) setTimeout(() => child.kill('SIGKILL'), moment % 5)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
}

async function check(opened: Datastore, { done, begun }: WriterOutput): Promise<void> {
  await using store = opened
  for (const [name, serial] of done) {
    if (name === 'both') continue
    const found = serialOf(await store.get(Key.of('values', name)))
    expect(found, name).toBeGreaterThanOrEqual(serial)
    expect(found, name).toBeLessThanOrEqual(begun.get(name) ?? 0)
  }
  const pair = done.get('both')
  if (pair === undefined) return
  const sides = []
  for (const side of ['left', 'right']) sides.push(serialOf(await store.get(Key.of('pair', side))))
  if (store.capabilities.batch === 'atomic') expect(sides[0]).toBe(sides[1])
  expect(sides[0]).toBeGreaterThanOrEqual(pair)
  const etags = new Set<string>()
  let values = 0
  for await (const { stat } of store.query({ withStat: true, keysOnly: true }, { scan: true })) {
    etags.add(stat?.etag ?? '')
    values++
  }
  // Keys that etcd writes in one transaction have its revision. An etag is only compared with versions of its own key.
  if (store.info.kind !== 'etcd') expect(etags.size, 'no two values have the same version').toBe(values)
  expect(values).toBeGreaterThan(done.size)
}
