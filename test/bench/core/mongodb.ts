import { Binary, MongoClient } from 'mongodb'
import { Key, openStack } from 'strata/node'
import { startDoubleProcess } from '../../servers/mongo/double-process.ts'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 600
const value = Buffer.alloc(1024, 7)
const names = Array.from({ length: OPERATIONS }, (_, index) => `/level/c${String(index).padStart(6, '0')}`)
const keys = names.map(name => Key.parse(name))
const durable = { writeConcern: { w: 'majority', journal: true } } as const

/**
 * Values of 1 KB in a double of a MongoDB server, beside the client used directly: measures the overhead of
 * Strata, not MongoDB.
 */
export const mongodbBenchmark: Benchmark = {
  name: 'mongodb',
  async run() {
    const results: Result[] = []
    for (const isReplicated of [false, true]) {
      const server = await startDoubleProcess({ isReplicated })
      const client = new MongoClient(server.url)
      const records = client.db('test').collection<{ _id: string; v: Binary }>('theirs', durable)
      const root = { kind: 'mongodb', url: server.url, layout: 'strata' }
      const stack = await openStack({ strata: 1, root })
      const { store } = stack
      const kind = isReplicated ? 'replica set' : 'alone'
      for (const width of [1, 64]) {
        const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
          sideBySide(
            works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
          )
        const [put = 0, theirPut = 0] = await rates([
          index => store.put(keys[index] as Key, value),
          index =>
            records.replaceOne({ _id: names[index] as string }, { v: new Binary(value) }, { upsert: true }),
        ])
        const at = `double of a server, ${kind}, ${width} at once`
        results.push(compareRates(`mongodb put 1 KB, ${at}`, 'op/s', put, 'mongodb', theirPut))
        const [get = 0, theirGet = 0] = await rates([
          index => store.get(keys[index] as Key),
          index => records.findOne({ _id: names[index] as string }),
        ])
        results.push(compareRates(`mongodb get 1 KB, ${at}`, 'op/s', get, 'mongodb', theirGet))
      }
      await stack.close()
      await client.close()
      await server.stop()
    }
    return results
  },
}
