import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type BinaryDatastore,
  FsDatastore,
  Key,
  MemoryDatastore,
  openStack,
  ShardedDatastore,
  TieredDatastore,
} from 'strata/node'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { type Clock, median, sideBySide } from '../side-by-side.ts'

const value = new Uint8Array(1024).fill(7)
/** At most 2 % more time than the same stores composed by hand. */
const BAR = 1 / 1.02
/** Such a small difference can only be separated from other load by many short comparisons. */
const COMPARISONS = 9

interface Comparison {
  readonly name: string
  readonly byHand: BinaryDatastore
  readonly stack: BinaryDatastore
  readonly gets: number
  readonly clock: Clock
}

/** The cost of an untraced stack, beside the very same stores composed by hand. */
export const traceBenchmark: Benchmark = {
  name: 'trace',
  processes: 5,
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    const shards = ['a', 'b'].map(name => join(folder, name))
    const memory = { kind: 'memory' }
    const open = (root: { kind: string; [option: string]: unknown }) => openStack({ strata: 1, root })
    try {
      const stacks = await Promise.all([
        open(memory),
        open({ kind: 'tiered', tiers: [memory, { kind: 'sharded', shards: [memory, memory] }] }),
        open({ kind: 'sharded', shards: shards.map(path => ({ kind: 'fs', path })) }),
      ])
      const [plain, tiers, files] = stacks.map(stack => stack.store) as [
        BinaryDatastore,
        BinaryDatastore,
        BinaryDatastore,
      ]
      const near = () => new MemoryDatastore()
      const byHand = new ShardedDatastore(await Promise.all(shards.map(path => FsDatastore.open(path))))
      const results = [
        await compare({ name: 'memory', byHand: near(), stack: plain, gets: 10_000, clock: 'processor' }),
        await compare({
          name: 'tiers and shards over memory',
          byHand: new TieredDatastore([near(), new ShardedDatastore([near(), near()])]),
          stack: tiers,
          gets: 10_000,
          clock: 'processor',
        }),
        await compare({ name: 'shards over fs', byHand, stack: files, gets: 500, clock: 'wall' }),
      ]
      await Promise.all([...stacks, byHand].map(store => store.close()))
      return results
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function compare({ name, byHand, stack, gets, clock }: Comparison): Promise<Result> {
  const keys = Array.from({ length: gets }, (_, index) => Key.parse(`/values/key-${index}`))
  for (const store of [byHand, stack]) for (const key of keys) await store.put(key, value)
  const contender = (store: BinaryDatastore) => ({
    operations: gets,
    run: async () => {
      for (const key of keys) await store.get(key)
    },
  })
  const rates: (readonly [number, number])[] = []
  for (let round = 0; round < COMPARISONS; round++) {
    const [ours = 0, theirs = 0] = await sideBySide([contender(stack), contender(byHand)], clock)
    rates.push([ours, theirs])
  }
  // The median comparison: both its figures were measured at the same time.
  const middle = median(rates.map(([ours, theirs]) => ours / theirs))
  const [ours, theirs] = rates.find(([ours, theirs]) => ours / theirs === middle) ?? [0, 0]
  return compareRates(`get with tracing off: ${name}`, 'op/s', ours, 'by hand', theirs, BAR)
}
