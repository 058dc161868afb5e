import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BinaryDatastore,
  FsDatastore,
  Key,
  MemoryDatastore,
  MountDatastore,
  NamespaceDatastore,
  ShardedDatastore,
  TieredDatastore,
} from 'strata/node'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { sideBySide } from '../side-by-side.ts'

const value = new Uint8Array(1024).fill(7)
/** At most 15 % more time than the store below. */
const BAR = 1 / 1.15

/** What an adapter costs, as a rate beside the very store below it. */
export const overheadBenchmark: Benchmark = {
  name: 'overhead',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    try {
      const files = await FsDatastore.open(folder)
      const results = [
        ...(await over('memory', new MemoryDatastore(), 50_000)),
        ...(await over('fs', files, 3000)),
      ]
      await files.close()
      return results
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function over(name: string, below: BinaryDatastore, count: number): Promise<Result[]> {
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
  const [plain = 0, sharded = 0, tiered = 0, namespace = 0, mount = 0] = await sideBySide([
    gets(below, keys),
    gets(new ShardedDatastore([below, below], { by: 'jump' }), keys),
    gets(new TieredDatastore([below, new MemoryDatastore()]), keys),
    gets(new NamespaceDatastore(below, prefix), named),
    gets(new MountDatastore({ '/mounted': below }), mounted),
  ])
  return [
    compareRates(`sharded get over ${name}`, 'op/s', sharded, `${name} alone`, plain, BAR),
    compareRates(`tiered get (hit) over ${name}`, 'op/s', tiered, `${name} alone`, plain, BAR),
    compareRates(`namespace get over ${name}`, 'op/s', namespace, `${name} alone`, plain, BAR),
    compareRates(`mount get over ${name}`, 'op/s', mount, `${name} alone`, plain, BAR),
  ]
}
