import { createRequire } from 'node:module'
import { Key, openStack } from 'strata/node'
import { noMemcached, startMemcached } from '../../servers/memcached.ts'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

/** The part of memjs in use; it has no types. */
interface Memjs {
  readonly Client: {
    create(servers: string): {
      get(key: string): Promise<unknown>
      set(key: string, value: Buffer, options: object): Promise<unknown>
      close(): void
    }
  }
}

const memjs = createRequire(import.meta.url)('memjs') as Memjs
const OPERATIONS = 20_000
const value = Buffer.alloc(1024, 7)
const names = Array.from({ length: OPERATIONS }, (_, index) => `level:c${String(index).padStart(6, '0')}`)
const keys = names.map(name => Key.of(...name.split(':')))

/** Values of 1 KB in a memcached server on this machine, beside the client memjs used directly. */
export const memcachedBenchmark: Benchmark = {
  name: 'memcached',
  async run() {
    if (noMemcached !== undefined) return []
    const server = await startMemcached({ memory: 256 })
    const client = memjs.Client.create(`127.0.0.1:${server.port}`)
    try {
      const results: Result[] = []
      for (const layout of ['strata', 'path'] as const) {
        const root = { kind: 'memcached', url: server.url, prefix: `${layout}:`, layout }
        const stack = await openStack({ strata: 1, root })
        const { store } = stack
        for (const width of [1, 64]) {
          const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
            sideBySide(
              works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
            )
          const [put = 0, theirPut = 0] = await rates([
            index => store.put(keys[index] as Key, value),
            index => client.set(names[index] as string, value, {}),
          ])
          const at = `${layout}, ${width} at once`
          results.push(compareRates(`memcached put 1 KB, ${at}`, 'op/s', put, 'memjs', theirPut))
          const [get = 0, theirGet = 0] = await rates([
            index => store.get(keys[index] as Key),
            index => client.get(names[index] as string),
          ])
          const bar = width === 64 ? 1.5 : undefined
          results.push(compareRates(`memcached get 1 KB, ${at}`, 'op/s', get, 'memjs', theirGet, bar))
        }
        await stack.close()
      }
      return results
    } finally {
      client.close()
      await server.stop()
    }
  },
}
