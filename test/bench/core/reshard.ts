import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BinaryDatastore, FsDatastore, Key, MemoryDatastore, ShardedDatastore } from 'strata/node'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { inParallel, sideBySide } from '../side-by-side.ts'

const value = new Uint8Array(1024).fill(7)
const WIDTH = 16

/**
 * All keys of one shard moved into another. No other library moves keys, so the peer is the loop that one
 * would write by hand: get, put, delete, with the same concurrency, without syncing, reading back or regard
 * for other callers.
 */
export const reshardBenchmark: Benchmark = {
  name: 'reshard',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    let opened = 0
    try {
      return [
        ...(await moved('memory', 20_000, async () => new MemoryDatastore())),
        ...(await moved('fs', 2000, () => FsDatastore.open(join(folder, String(opened++))))),
      ]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function moved(name: string, count: number, open: () => Promise<BinaryDatastore>): Promise<Result[]> {
  const keys = Array.from({ length: count }, (_, index) => Key.of('values', `key-${index}`))
  let from: BinaryDatastore | undefined
  let to: BinaryDatastore | undefined
  const prepare = async () => {
    await Promise.all([from?.close(), to?.close()])
    const [source, target] = await Promise.all([open(), open()])
    await inParallel(count, WIDTH, index => source.put(keys[index] as Key, value))
    await source.sync()
    from = source
    to = target
  }
  const pair = () => ({ source: from as BinaryDatastore, target: to as BinaryDatastore })
  const reshard = (verify: boolean) => ({
    operations: count,
    prepare,
    run: async () => {
      const { source, target } = pair()
      const counts = await new ShardedDatastore([source]).reshard([target], { concurrency: WIDTH, verify })
      if (counts.moved !== count) throw new Error(`${counts.moved} keys of ${count} were moved`)
    },
  })
  const loop = {
    operations: count,
    prepare,
    run: async () => {
      const { source, target } = pair()
      await inParallel(count, WIDTH, async index => {
        const key = keys[index] as Key
        await target.put(key, await source.get(key))
        await source.delete(key)
      })
    },
  }
  const [verified = 0, unverified = 0, plain = 0] = await sideBySide([reshard(true), reshard(false), loop])
  await Promise.all([from?.close(), to?.close()])
  const at = `${name} to ${name}, 1 KB`
  return [
    compareRates(`reshard ${at}, verified`, 'key/s', verified, 'a plain loop', plain),
    compareRates(`reshard ${at}`, 'key/s', unverified, 'a plain loop', plain),
  ]
}
