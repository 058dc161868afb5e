import { Etcd3 } from 'etcd3'
import { type BinaryDatastore, Key, openStack } from 'strata/node'
import { noEtcd, startEtcd } from '../../servers/etcd.ts'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 2000
const PAGE = 1000
const KEYS = 100_000
/** Operations of one transaction, by the default of the server. */
const TOGETHER = 128
/** Milliseconds of a call, by the default of the store. */
const TIMEOUT = 10_000
const keys = Array.from({ length: OPERATIONS }, (_, index) => Key.of('level', nameOf(index)))
const names = keys.map(key => key.toString())
const value = Buffer.alloc(1024, 7)

/** Values of 1 KB in an etcd server on this machine, beside the client used directly, and pages of a large level. */
export const etcdBenchmark: Benchmark = {
  name: 'etcd',
  async run() {
    if (noEtcd !== undefined) return []
    // In memory, so that the client is measured and not the device.
    const server = await startEtcd({ isInMemory: true })
    const client = new Etcd3({
      hosts: `http://127.0.0.1:${server.port}`,
      // As in the store, a write that is late is not made.
      defaultCallOptions: ({ method }: { readonly method: string }) =>
        method === 'put' ? { deadline: Date.now() + TIMEOUT } : {},
    })
    try {
      const results: Result[] = []
      for (const layout of ['strata', 'path'] as const) {
        results.push(...(await compared(server.url, client, layout)))
      }
      await fill(client)
      results.push(...(await paged(server.url)))
      return results
    } finally {
      client.close()
      await server.stop()
    }
  },
}

async function compared(url: string, client: Etcd3, layout: 'strata' | 'path'): Promise<readonly Result[]> {
  const stack = await openStack({ strata: 1, root: { kind: 'etcd', url, prefix: `${layout}-`, layout } })
  const results: Result[] = []
  try {
    for (const width of [1, 64]) {
      const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
        sideBySide(
          works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
        )
      const [ours = 0, theirs = 0] = await rates([
        index => stack.store.put(keys[index] as Key, value),
        async index => client.put(names[index] as string).value(value),
      ])
      const at = `${width} at once`
      results.push(compareRates(`etcd ${layout} put 1 KB, ${at}`, 'op/s', ours, 'etcd3', theirs, 0.85))
      const [get = 0, bare = 0] = await rates([
        index => stack.store.get(keys[index] as Key),
        index => client.get(names[index] as string).buffer(),
      ])
      results.push(compareRates(`etcd ${layout} get 1 KB, ${at}`, 'op/s', get, 'etcd3', bare, 0.85))
    }
    return results
  } finally {
    await stack.close()
  }
}

async function fill(client: Etcd3): Promise<void> {
  const some = Buffer.alloc(100, 7)
  const put = async (from: number): Promise<void> => {
    const success = Array.from({ length: Math.min(TOGETHER, KEYS - from) }, (_, index) => ({
      request_put: { key: Buffer.from(`many/level/${nameOf(from + index)}`), value: some },
    }))
    await client.kv.txn({ success })
  }
  await inParallel(Math.ceil(KEYS / TOGETHER), 8, index => put(index * TOGETHER))
}

async function paged(url: string): Promise<readonly Result[]> {
  const root = { kind: 'etcd', url, prefix: 'many', layout: 'path', readOnly: true }
  const stack = await openStack({ strata: 1, root })
  try {
    const results: Result[] = []
    for (const reverse of [false, true]) {
      const times: number[] = []
      for (let round = 0; round < 15; round++) {
        times.push(await pageTime(stack.store, (round * 31_357) % (KEYS - 2 * PAGE), reverse))
      }
      const name = `etcd page of ${PAGE} at 10⁵ keys${reverse ? ', in reverse' : ''}`
      results.push(underBudget(name, 'ms', median(times.slice(5)), reverse ? 300 : 150))
    }
    return results
  } finally {
    await stack.close()
  }
}

async function pageTime(store: BinaryDatastore, from: number, reverse: boolean): Promise<number> {
  const begin = performance.now()
  const { children } = await store.list(Key.of('level'), {
    after: nameOf(reverse ? KEYS - from : from),
    limit: PAGE,
    reverse,
  })
  if (children.length !== PAGE) throw new Error(`A page has ${children.length} children`)
  return performance.now() - begin
}

function nameOf(index: number): string {
  return `c${String(index).padStart(7, '0')}`
}
