import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FsDatastore, Key } from 'strata/node'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const COUNT = 400
const READS = 2000
const value = new Uint8Array(1024).fill(7)
const keyOf = (index: number) => Key.of('values', `key-${index % 50}`, `part-${index}`)

/**
 * The cost of durability, beside the same puts without it, and of the first puts of a new store, which does
 * not know its folders yet. No peer on npm flushes anything, so our own modes are compared.
 */
export const fsDurableBenchmark: Benchmark = {
  name: 'fs-durable',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    try {
      return [...(await durability(folder)), ...(await coldAndWarm(folder))]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function durability(folder: string): Promise<Result[]> {
  const open = (durability: 'none' | 'file' | 'full') =>
    FsDatastore.open(join(folder, durability), { durability })
  const [none, file, full] = [await open('none'), await open('file'), await open('full')]
  const puts = (store: FsDatastore, width: number) => ({
    operations: COUNT,
    run: () => inParallel(COUNT, width, index => store.put(keyOf(index), value)),
  })
  const batch = (store: FsDatastore) => ({
    operations: COUNT,
    run: async () => {
      const writes = store.batch()
      for (let index = 0; index < COUNT; index++) writes.put(keyOf(index), value)
      await writes.commit()
    },
  })
  const results: Result[] = []
  for (const width of [1, 16]) {
    const [without = 0, files = 0, whole = 0] = await sideBySide([
      puts(none, width),
      puts(file, width),
      puts(full, width),
    ])
    results.push(
      compareRates(
        `fs put 1 KB, ${width} at once, durability file`,
        'op/s',
        files,
        'durability none',
        without,
      ),
      compareRates(
        `fs put 1 KB, ${width} at once, durability full`,
        'op/s',
        whole,
        'durability none',
        without,
      ),
    )
  }
  const [batched = 0, single = 0] = await sideBySide([batch(full), puts(full, 1)])
  results.push(
    compareRates(`fs batch of ${COUNT} puts, durability full`, 'op/s', batched, 'one put at a time', single),
  )
  for (const store of [none, file, full]) await store.close()
  return results
}

async function coldAndWarm(folder: string): Promise<Result[]> {
  const path = join(folder, 'read')
  const store = await FsDatastore.open(path)
  await inParallel(READS, 16, index => store.put(keyOf(index), value))
  let cold = await FsDatastore.open(path)
  const [first = 0, later = 0] = await sideBySide([
    {
      operations: READS,
      prepare: async () => {
        await cold.close()
        cold = await FsDatastore.open(path)
      },
      run: () => inParallel(READS, 16, index => cold.get(keyOf(index))),
    },
    { operations: READS, run: () => inParallel(READS, 16, index => store.get(keyOf(index))) },
  ])
  await cold.close()
  await store.close()
  return [compareRates('fs get 1 KB, 16 at once, store just opened', 'op/s', first, 'store in use', later)]
}
