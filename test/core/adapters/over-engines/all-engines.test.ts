import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../../src/core/adapters/sharded/sharded.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import type { StackDocument } from '../../../../src/core/stack/document.ts'
import { engineNames } from '../../../engine-names.ts'
import { noEtcd, startEtcd } from '../../../servers/etcd.ts'
import { noMariadb, startMariadb } from '../../../servers/mariadb.ts'
import { noMemcached, startMemcached } from '../../../servers/memcached.ts'
import { startMongoDouble } from '../../../servers/mongo/double.ts'
import { FAST, noPostgres, startPostgres } from '../../../servers/postgres.ts'
import { noRadosgw, startRadosgw } from '../../../servers/radosgw.ts'
import { noRedis, startRedis } from '../../../servers/redis.ts'
import { clientOf, newBucket } from '../../node/engines/s3/s3-context.ts'
import { TempRoots } from '../../node/fs/temp-root.ts'
import { openMariadb, openPostgres } from './engines.ts'

const missing = noEtcd ?? noMariadb ?? noMemcached ?? noPostgres ?? noRadosgw ?? noRedis
const roots = new TempRoots()
const stops: (() => Promise<unknown>)[] = [() => roots.remove()]

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

/** Starts all servers, and returns their addresses. */
async function start() {
  const [postgres, mariadb, redis, etcd, memcached, mongo, s3] = await Promise.all([
    startPostgres({ config: FAST }),
    startMariadb(),
    startRedis(),
    startEtcd({ isInMemory: true }),
    startMemcached(),
    startMongoDouble(),
    startRadosgw(),
  ])
  stops.push(...[postgres, mariadb, redis, etcd, memcached, mongo, s3].map(server => () => server.stop()))
  const client = clientOf(s3)
  const bucket = await newBucket(client)
  client.destroy()
  return { postgres, mariadb, redis, etcd, memcached, mongo, s3, bucket }
}

let servers: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  if (missing === undefined) servers = await start()
}, 120_000)

/** A mount of every engine, each below its own name. */
async function mountOfAll(): Promise<StackDocument> {
  const folder = await roots.make()
  const { postgres, mariadb, redis, etcd, memcached, mongo, s3, bucket } = servers
  await promisify(execFile)('git', ['init', '--quiet', '--bare', join(folder, 'git')])
  const password = { secret: 's3' }
  const nodes = [
    { kind: 'leveldb', path: join(folder, 'leveldb') },
    { kind: 'lmdb', path: join(folder, 'lmdb') },
    { kind: 'sqlite', path: join(folder, 'data.db') },
    { kind: 'git', path: join(folder, 'git'), branch: 'main' },
    { kind: 'redis', url: redis.url },
    { kind: 'postgres', url: postgres.url, user: 'postgres' },
    { kind: 'mysql', url: mariadb.url, user: 'app' },
    { kind: 's3', url: `s3://${bucket}`, endpoint: s3.endpoint, user: s3.user, password },
    { kind: 'etcd', url: etcd.url },
    { kind: 'memcached', url: memcached.url },
    { kind: 'mongodb', url: mongo.url },
  ]
  const mounts = Object.fromEntries(nodes.map(node => [`/${node.kind}`, node]))
  return { strata: 1, root: { kind: 'mount', mounts } }
}

async function keysOf(store: BinaryDatastore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.query({ keysOnly: true }, { scan: true })) keys.push(key.toString())
  return keys.sort()
}

const textOf = async (store: BinaryDatastore, key: Key): Promise<string> =>
  Buffer.from(await store.get(key)).toString()

it('E1 a mount of all eleven engines is one tree: listed, queried, written, moved between engines and opened again', async ({
  skip,
}) => {
  skip(missing !== undefined, missing)
  const document = await mountOfAll()
  const secrets = { get: () => Promise.resolve(servers.s3.password) }
  const stack = await openStack(document, { secrets })
  const { children } = await stack.store.list(Key.root)
  const names = children.map(({ name }) => name)
  expect(names).toEqual(engineNames)
  for (const name of names)
    for (const leaf of ['a', 'b'])
      await stack.store.put(Key.of(name, 'in', leaf), Buffer.from(`${leaf} of ${name}`))
  expect(await keysOf(stack.store)).toEqual(names.flatMap(name => [`/${name}/in/a`, `/${name}/in/b`]).sort())
  // In a cycle: `a` of each engine becomes `moved` in the next.
  for (const [index, name] of names.entries()) {
    const next = names[(index + 1) % names.length] as string
    await stack.store.rename(Key.of(name, 'in', 'a'), Key.of(next, 'moved'))
    expect(await textOf(stack.store, Key.of(next, 'moved'))).toBe(`a of ${name}`)
  }
  await stack.close()
  const again = await openStack(document, { secrets })
  const kept = names.flatMap(name => [`/${name}/in/b`, `/${name}/moved`])
  expect(await keysOf(again.store)).toEqual(kept.sort())
  for (const name of names) await again.store.delete(Key.of(name, 'in', 'b'))
  expect(await keysOf(again.store)).toEqual(names.map(name => `/${name}/moved`).sort())
  await again.close()
})

it('S3 keys are spread over two tables of PostgreSQL and two of MariaDB, and an aborted reshard is resumed', async ({
  skip,
}) => {
  skip(missing !== undefined, missing)
  const { postgres, mariadb } = servers
  const [first, second] = [await openPostgres(postgres.url, 'one'), await openPostgres(postgres.url, 'two')]
  const [third, fourth] = [await openMariadb(mariadb.url, 'one'), await openMariadb(mariadb.url, 'two')]
  await using store = new ShardedDatastore<Uint8Array>([first, second])
  const keys = Array.from({ length: 400 }, (_, index) => Key.of('films', String(index)))
  await Promise.all(keys.map(key => store.put(key, Buffer.from(key.toString()))))
  const aborter = new AbortController()
  const onProgress = ({ moved }: { readonly moved: number }): void => {
    if (moved >= 50) aborter.abort()
  }
  const all = [first, second, third, fourth]
  const aborted = store.reshard(all, { signal: aborter.signal, onProgress })
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
  expect(store.isSettled).toBe(false)
  for (const key of keys) expect(await textOf(store, key)).toBe(key.toString())
  await store.resume()
  expect(store.isSettled).toBe(true)
  for (const key of keys) expect(await textOf(store, key)).toBe(key.toString())
  const counts = await Promise.all(all.map(async shard => (await keysOf(shard)).length))
  expect(counts.reduce((sum, count) => sum + count)).toBe(400)
  for (const count of counts) expect(count).toBeGreaterThan(50)
})
