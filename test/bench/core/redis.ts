import { createClient, RESP_TYPES } from '@redis/client'
import { type BinaryDatastore, Key, openStack } from 'strata/node'
import { noRedis, startRedis } from '../../servers/redis.ts'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 20_000
const value = new Uint8Array(1024).fill(7)
const buffer = Buffer.from(value)
const names = Array.from({ length: OPERATIONS }, (_, index) => `level:c${String(index).padStart(6, '0')}`)
const keys = names.map(name => Key.of(...name.split(':')))

type Client = Awaited<ReturnType<typeof bareClient>>

/** What a put in each layout is compared with, and what it has to reach. */
const layouts = [
  {
    layout: 'path',
    put: (client: Client, name: string) => client.sendCommand(['SET', name, buffer]),
    peer: 'SET',
    bar: 0.85,
  },
  {
    layout: 'strata',
    put: (client: Client, name: string) =>
      Promise.all([
        client.sendCommand(['SET', name, buffer]),
        client.sendCommand(['ZADD', 'keys', '0', name]),
      ]),
    peer: 'SET and ZADD',
    bar: 0.75,
  },
] as const

/** Values of 1 KB in a server on this machine, beside the client used directly. */
export const redisBenchmark: Benchmark = {
  name: 'redis',
  async run() {
    if (noRedis !== undefined) return []
    const results: Result[] = []
    for (const contest of layouts) {
      // One for each: a store is told of every write of others to its server, which would hold up the client.
      const [server, other] = [await startRedis(), await startRedis()]
      const client = await bareClient(other.port)
      const root = { kind: 'redis', url: `${server.url}/1`, layout: contest.layout }
      const stack = await openStack({ strata: 1, root })
      try {
        results.push(...(await compared(stack.store, client, contest)))
      } finally {
        await stack.close()
        client.destroy()
        await server.stop()
        await other.stop()
      }
    }
    return results
  },
}

async function compared(
  store: BinaryDatastore,
  client: Client,
  { layout, put, peer, bar }: (typeof layouts)[number],
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const width of [1, 64]) {
    const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
      sideBySide(
        works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
      )
    const [ours = 0, theirs = 0] = await rates([
      index => store.put(keys[index] as Key, value),
      index => put(client, names[index] as string),
    ])
    const at = `${width} at once`
    results.push(compareRates(`redis ${layout} put 1 KB, ${at}`, 'op/s', ours, peer, theirs, bar))
    const [get = 0, bare = 0] = await rates([
      index => store.get(keys[index] as Key),
      index => client.sendCommand(['GET', names[index] as string]),
    ])
    results.push(compareRates(`redis ${layout} get 1 KB, ${at}`, 'op/s', get, 'GET', bare, 0.85))
  }
  return results
}

async function bareClient(port: number) {
  const client = createClient({
    socket: { host: '127.0.0.1', port },
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  client.on('error', () => undefined)
  return client.connect()
}
