import { createClient, createCluster, RESP_TYPES } from '@redis/client'
import { type BinaryDatastore, Key, openStack } from 'strata/node'
import { noRedis, startRedis, startRedisCluster } from '../../servers/redis.ts'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 20_000
/** Calls of a round one at a time, which take longer. */
const ALONE = 4000
/** The parts of the keys in a cluster, as in layout `strata`. */
const PARTS = 16
const value = new Uint8Array(1024).fill(7)
const names = Array.from({ length: OPERATIONS }, (_, index) => `level:c${String(index).padStart(6, '0')}`)
const partedNames = names.map((name, index) => `${name}{${index % PARTS}}`)
const keys = names.map(name => Key.of(...name.split(':')))

/** Calls of the client, which finds the right server of a cluster by itself. */
interface Bare {
  readonly call: (key: string, parameters: (string | Buffer)[]) => Promise<unknown>
  readonly end: () => void
}

/** The server of the store or of the client. Each has one of its own. */
interface Place {
  readonly url: string
  readonly port: number
  readonly stop: () => Promise<void>
}

/** The command that a put in each layout is compared with, and the bar. */
const layouts = [
  {
    layout: 'path',
    // As in the store, the server refuses to replace a value of another type, and the caller may change its bytes at once.
    put: ({ call }: Bare, name: string) => call(name, ['SET', name, Buffer.from(value), 'GET']),
    peer: 'SET with GET',
    bar: 0.85,
  },
  {
    layout: 'strata',
    // In a cluster a value and its order are on the same server, as they are in the store.
    put: ({ call }: Bare, name: string) => {
      const order = name.includes('{') ? name.slice(name.indexOf('{')) : 'keys'
      return Promise.all([
        call(name, ['SET', name, Buffer.from(value)]),
        call(order, ['ZADD', order, '0', name]),
      ])
    },
    peer: 'SET and ZADD',
    bar: 0.75,
  },
] as const

/** Values of 1 KB in a server and in a cluster of three on this machine, beside the client used directly. */
export const redisBenchmark: Benchmark = {
  name: 'redis',
  async run() {
    if (noRedis !== undefined) return []
    const results: Result[] = []
    for (const kind of ['redis', 'cluster'] as const) {
      for (const contest of layouts) {
        const start = kind === 'redis' ? startAlone : startCluster
        // One for each: a store is notified of every write of others to its server, which would slow down the
        // client.
        const [own, other] = [await start(), await start()]
        const bare = await (kind === 'redis' ? bareClient : bareCluster)(other.port)
        const root = { kind: 'redis', url: own.url, layout: contest.layout }
        const stack = await openStack({ strata: 1, root })
        try {
          results.push(...(await compared(kind, stack.store, bare, contest)))
        } finally {
          await stack.close()
          bare.end()
          await own.stop()
          await other.stop()
        }
      }
    }
    return results
  },
}

async function startAlone(): Promise<Place> {
  const server = await startRedis()
  return { url: `${server.url}/1`, port: server.port, stop: () => server.stop() }
}

async function startCluster(): Promise<Place> {
  const cluster = await startRedisCluster()
  return { url: cluster.url, port: Number(new URL(cluster.url).port), stop: () => cluster.stop() }
}

async function compared(
  kind: 'redis' | 'cluster',
  store: BinaryDatastore,
  bare: Bare,
  { layout, put, peer, bar }: (typeof layouts)[number],
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const [width, operations] of [
    [1, ALONE],
    [64, OPERATIONS],
  ] as const) {
    const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
      sideBySide(works.map(work => ({ operations, run: () => inParallel(operations, width, work) })))
    const [ours = 0, theirs = 0] = await rates([
      index => store.put(keys[index] as Key, value),
      index => put(bare, nameIn(kind, index)),
    ])
    const at = `${width} at once`
    const label = kind === 'redis' ? 'redis' : 'redis cluster'
    results.push(compareRates(`${label} ${layout} put 1 KB, ${at}`, 'op/s', ours, peer, theirs, bar))
    const [get = 0, plain = 0] = await rates([
      index => store.get(keys[index] as Key),
      index => bare.call(nameIn(kind, index), ['GET', nameIn(kind, index)]),
    ])
    results.push(compareRates(`${label} ${layout} get 1 KB, ${at}`, 'op/s', get, 'GET', plain, 0.85))
  }
  return results
}

function nameIn(kind: 'redis' | 'cluster', index: number): string {
  return (kind === 'redis' ? names : partedNames)[index] as string
}

const commandOptions = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } }

async function bareClient(port: number): Promise<Bare> {
  const client = createClient({ socket: { host: '127.0.0.1', port }, commandOptions })
  client.on('error', () => undefined)
  await client.connect()
  return { call: (_key, parameters) => client.sendCommand(parameters), end: () => client.destroy() }
}

async function bareCluster(port: number): Promise<Bare> {
  const cluster = createCluster({ rootNodes: [{ socket: { host: '127.0.0.1', port } }], commandOptions })
  cluster.on('error', () => undefined)
  await cluster.connect()
  return {
    call: (key, parameters) => cluster.sendCommand(key, parameters[0] === 'GET', parameters),
    end: () => cluster.destroy(),
  }
}
