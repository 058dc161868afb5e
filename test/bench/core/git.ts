import fs from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import git from 'isomorphic-git'
import { Key, openStack } from 'strata/node'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median } from '../side-by-side.ts'

const KEYS = 2000
const GETS = 8000
const PUTS = 256
/** Gets per second. */
const BAR = 8000
const ROUNDS = 5
const keys = Array.from({ length: KEYS }, (_, index) => Key.of(`d${index % 20}`, `k${index}`))

/** Values of 1 KB in a bare repository of git: batches of one commit, and reads. */
export const gitBenchmark: Benchmark = {
  name: 'git',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'strata-bench-git-'))
    const stack = await openStack({ strata: 1, root: { kind: 'git', path: join(folder, 'store.git') } })
    const { store } = stack
    const results: Result[] = []
    const timed = async (work: () => Promise<unknown>) => {
      const begin = performance.now()
      await work()
      return performance.now() - begin
    }
    const medianOf = async (work: () => Promise<unknown>) => {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) times.push(await timed(work))
      return median(times)
    }
    try {
      const batch = await medianOf(() => {
        const operations = store.batch()
        for (const key of keys) operations.put(key, nextValue())
        return operations.commit()
      })
      results.push(underBudget(`git batch of ${KEYS} puts`, 'ms', batch, 3000))
      for (const width of [1, 64]) {
        const time = await medianOf(() =>
          inParallel(GETS, width, index => store.get(keys[index % KEYS] as Key)),
        )
        results.push(
          compareRates(
            `git get 1 KB, ${width} at once`,
            'op/s',
            (GETS / time) * 1000,
            'bar',
            BAR,
            width === 1 ? undefined : 1,
          ),
        )
      }
      const peer = await barePuts(folder)
      for (const width of [1, 64]) {
        const time = await medianOf(() =>
          inParallel(PUTS, width, index => store.put(keys[index] as Key, nextValue())),
        )
        results.push(
          compareRates(
            `git put 1 KB, ${width} at once`,
            'op/s',
            (PUTS / time) * 1000,
            'isomorphic-git',
            peer,
          ),
        )
      }
    } finally {
      await stack.close()
      await rm(folder, { recursive: true })
    }
    return results
  },
}

/** Commits per second of isomorphic-git, each of one file in an index. */
async function barePuts(folder: string): Promise<number> {
  const dir = join(folder, 'peer')
  await git.init({ fs, dir })
  const commits = 64
  const begin = performance.now()
  for (let index = 0; index < commits; index++) {
    await writeFile(join(dir, `k${index}`), nextValue())
    await git.add({ fs, dir, filepath: `k${index}` })
    await git.commit({ fs, dir, message: 'put', author: { name: 'Ann', email: 'ann@example.org' } })
  }
  return (commits / (performance.now() - begin)) * 1000
}

let values = 0

/** A different value each time, so that each is an object of its own. */
function nextValue(): Buffer {
  const value = Buffer.alloc(1024, 7)
  value.writeUInt32LE(++values)
  return value
}
