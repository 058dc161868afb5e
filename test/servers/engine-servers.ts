import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import { clientOf, newBucket } from '../core/node/engines/s3/s3-context.ts'
import { noEtcd, startEtcd } from './etcd.ts'
import * as mariadb from './mariadb.ts'
import { noMemcached, startMemcached } from './memcached.ts'
import { startMongoDouble } from './mongo/double.ts'
import * as postgres from './postgres.ts'
import { noRadosgw, startRadosgw } from './radosgw.ts'
import { noRedis, startRedis } from './redis.ts'

interface Started {
  readonly server: { stop(): Promise<unknown> }
  /** A node of the server, without the options that separate its keys from those of other nodes. */
  readonly node: StackNodeDocument
}

interface EngineServer {
  readonly kind: string
  /** Why it cannot be started here. */
  readonly missing: string | undefined
  start(): Promise<Started>
}

/** A node of this kind with the address of a server that is starting. */
async function at<T extends { readonly url: string; stop(): Promise<unknown> }>(
  kind: string,
  starting: Promise<T>,
  options: object = {},
): Promise<Started> {
  const server = await starting
  return { server, node: { kind, url: server.url, ...options } }
}

/**
 * A server of each kind that has an address, fast and without durability. MongoDB is a double, in both forms.
 */
export const engineServers: readonly EngineServer[] = [
  { kind: 'redis', missing: noRedis, start: () => at('redis', startRedis()) },
  {
    kind: 'postgres',
    missing: postgres.noPostgres,
    start: () => at('postgres', postgres.startPostgres({ config: postgres.FAST }), { user: 'postgres' }),
  },
  {
    kind: 'mysql',
    missing: mariadb.noMariadb,
    start: () => at('mysql', mariadb.startMariadb({ config: mariadb.FAST }), { user: 'app' }),
  },
  { kind: 'etcd', missing: noEtcd, start: () => at('etcd', startEtcd({ isInMemory: true })) },
  // Enough memory to evict nothing.
  { kind: 'memcached', missing: noMemcached, start: () => at('memcached', startMemcached({ memory: 1024 })) },
  { kind: 's3', missing: noRadosgw, start: startS3 },
  { kind: 'mongodb', missing: undefined, start: () => at('mongodb', startMongoDouble()) },
  {
    kind: 'mongodb',
    missing: undefined,
    start: () => at('mongodb', startMongoDouble({ isReplicated: true })),
  },
]

/** Its password is the secret `s3`. */
async function startS3(): Promise<Started> {
  const server = await startRadosgw()
  const client = clientOf(server)
  const url = `s3://${await newBucket(client)}`
  client.destroy()
  const { endpoint, user } = server
  return { server, node: { kind: 's3', url, endpoint, user, password: { secret: 's3' } } }
}
