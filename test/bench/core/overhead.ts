import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BinaryDatastore,
  FsDatastore,
  Key,
  MemoryDatastore,
  MountDatastore,
  metrics,
  NamespaceDatastore,
  retry,
  ShardedDatastore,
  TieredDatastore,
  timeout,
} from 'strata/node'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { sideBySide } from '../side-by-side.ts'

/** Enough rounds that other load on the machine in one of them does not decide. */
const ROUNDS = 21
const value = new Uint8Array(1024).fill(7)
/** The rate as a fraction of that of the store below. */
interface Bars {
  readonly sharded: number
  readonly tiered: number
  readonly namespace: number
  readonly mount: number
  readonly layers: number
}

/**
 * A get of memory takes half a microsecond, of which one more promise or one more key is a considerable part.
 */
const OVER_MEMORY: Bars = { sharded: 0.87, tiered: 0.88, namespace: 0.78, mount: 0.75, layers: 0.67 }
const OVER_FS: Bars = { sharded: 0.9, tiered: 0.9, namespace: 0.9, mount: 0.9, layers: 0.9 }

/** The cost of an adapter, as its rate beside that of the store below it. */
export const overheadBenchmark: Benchmark = {
  name: 'overhead',
  processes: 5,
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    try {
      const files = await FsDatastore.open(folder)
      const results = [
        ...(await over('memory', new MemoryDatastore(), 50_000, OVER_MEMORY)),
        ...(await over('fs', files, 3000, OVER_FS)),
      ]
      await files.close()
      return results
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function over(name: string, below: BinaryDatastore, count: number, bars: Bars): Promise<Result[]> {
  const prefix = Key.parse('/values')
  const keys = Array.from({ length: count }, (_, index) => prefix.child(`key-${index}`))
  const mounted = keys.map(key => Key.parse('/mounted').child(key))
  const named = keys.map(key => key.relativeTo(prefix))
  for (const key of keys) await below.put(key, value)
  const gets = (store: BinaryDatastore, keys: readonly Key[]) => ({
    operations: count,
    run: async () => {
      for (const key of keys) await store.get(key)
    },
  })
  const [plain = 0, sharded = 0, tiered = 0, namespace = 0, mount = 0, layers = 0] = await sideBySide(
    [
      gets(below, keys),
      gets(new ShardedDatastore([below, below], { by: 'jump' }), keys),
      gets(new TieredDatastore([below, new MemoryDatastore()]), keys),
      gets(new NamespaceDatastore(below, prefix), named),
      gets(new MountDatastore({ '/mounted': below }), mounted),
      gets(metrics(timeout(retry(below), 10_000)), keys),
    ],
    'processor',
    ROUNDS,
  )
  const row = (adapter: string, rate: number, bar: number) =>
    compareRates(`${adapter} over ${name}`, 'op/s', rate, `${name} alone`, plain, bar)
  return [
    row('sharded get', sharded, bars.sharded),
    row('tiered get (hit)', tiered, bars.tiered),
    row('namespace get', namespace, bars.namespace),
    row('mount get', mount, bars.mount),
    row('retry, timeout and metrics get', layers, bars.layers),
  ]
}
