import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open as openClient } from 'lmdb'
import { Key, LmdbDatastore } from 'strata/node'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median, sideBySide } from '../side-by-side.ts'

/** The number of puts that each wait for the device, called one after another. */
const WRITES = 640
/** The number of concurrent puts: enough that all rounds but the first run compiled code. */
const WRITES_AT_ONCE = 6400
const READS = 20_000
const KEYS = 1_000_000
/** Keys below each child of the level that is listed. */
const A_CHILD = 10
const PAGE = 1000
const ROUNDS = 7
const value = new Uint8Array(1024).fill(7)
const small = new Uint8Array(100).fill(7)

const nameOf = (index: number) => `key-${String((index * 7919) % 1_000_003).padStart(7, '0')}`
const clientAt = (path: string) =>
  openClient<Buffer, Buffer>({ path, noSubdir: false, keyEncoding: 'binary', encoding: 'binary' })

/** LMDB beside its bare client in the same run, and pages of a level of a million keys. */
export const lmdbBenchmark: Benchmark = {
  name: 'lmdb',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    try {
      const results: Result[] = []
      for (const layout of ['strata', 'path'] as const) {
        results.push(...(await besideClient(join(folder, layout), layout)))
        results.push(...(await pages(join(folder, `${layout}-pages`), layout)))
      }
      return results
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function besideClient(folder: string, layout: 'strata' | 'path'): Promise<Result[]> {
  const ours = await LmdbDatastore.open(join(folder, 'ours'), { layout })
  const bare = clientAt(join(folder, 'bare'))
  const keys = Array.from({ length: READS }, (_, index) => Key.of(nameOf(index)))
  const bytes = keys.map(key => Buffer.from(key.toString()))
  const [plain, results] = [Buffer.from(value), [] as Result[]]
  for (const width of [1, 64]) {
    const writes = width === 1 ? WRITES : WRITES_AT_ONCE
    const [put = 0, barePut = 0] = await sideBySide([
      {
        operations: writes,
        run: () => inParallel(writes, width, index => ours.put(keys[index] as Key, value)),
      },
      {
        operations: writes,
        run: () => inParallel(writes, width, index => bare.put(bytes[index] as Buffer, plain)),
      },
    ])
    results.push(
      compareRates(`lmdb put 1 KB, ${layout}, ${width} at once`, 'op/s', put, 'lmdb', barePut, 0.8),
    )
  }
  for (const width of [1, 64]) {
    const [get = 0, bareGet = 0] = await sideBySide([
      {
        operations: READS,
        run: () => inParallel(READS, width, index => ours.get(keys[index % WRITES] as Key)),
      },
      {
        operations: READS,
        run: async () => {
          for (let index = 0; index < READS; index++) bare.get(bytes[index % WRITES] as Buffer)
        },
      },
    ])
    results.push(
      compareRates(
        `lmdb get 1 KB, ${layout}, ${width} at once`,
        'op/s',
        get,
        'lmdb, synchronous',
        bareGet,
        0.5,
      ),
    )
  }
  await ours.close()
  await bare.close()
  return results
}

async function pages(path: string, layout: 'strata' | 'path'): Promise<Result[]> {
  const childOf = (index: number) => `child-${String(index).padStart(6, '0')}`
  {
    await using store = await LmdbDatastore.open(path, { layout })
    for (let start = 0; start < KEYS; start += 20_000) {
      const batch = store.batch()
      for (let index = start; index < start + 20_000; index++) {
        batch.put(Key.of('level', childOf(Math.floor(index / A_CHILD)), String(index % A_CHILD)), small)
      }
      await batch.commit()
    }
  }
  await using store = await LmdbDatastore.open(path, { layout })
  const budget = layout === 'strata' ? 10 : 20
  const results: Result[] = []
  for (const [where, after, reverse] of [
    ['first', undefined, false],
    ['middle', childOf(KEYS / A_CHILD / 2), false],
    ['middle, in reverse', childOf(KEYS / A_CHILD / 2), true],
  ] as const) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      const { children } = await store.list(Key.of('level'), { after, reverse, limit: PAGE })
      times.push(performance.now() - start)
      if (children.length !== PAGE) throw new Error(`A page of ${children.length} children`)
    }
    results.push(
      underBudget(`lmdb, ${layout}, ${where} page of ${PAGE} of ${KEYS} keys`, 'ms', median(times), budget),
    )
  }
  return results
}
