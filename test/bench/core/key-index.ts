import { Packer } from '../../../src/core/key-index/packed.ts'
import type { KeySearchOptions } from '../../../src/core/key-index/search/key-search.ts'
import { KeyIndexWorker } from '../../../src/core/node/key-index/key-index-worker.ts'
import { type Benchmark, type Result, underBudget } from '../result.ts'
import { levelOfFolder } from './level-of-folder.ts'

const MILLION = 1_000_000
const TEN_MILLION = 10_000_000
/** `user:NNNNNNN:profile:name`, its colons as 00. */
const KEY_BYTES = 25
const BATCH = MILLION

/** The index of all keys in its worker: the rates of filling, reading and searching, and its memory. */
export const keyIndexBenchmark: Benchmark = {
  name: 'key-index',
  async run() {
    const results: Result[] = []
    for (const count of [MILLION, TEN_MILLION]) {
      const index = new KeyIndexWorker()
      try {
        results.push(...(await filled(index, count)))
        if (count === TEN_MILLION) results.push(...(await pages(index)), ...(await searches(index)))
      } finally {
        await index.close()
      }
    }
    return [...results, ...(await levelOfFolder(MILLION))]
  },
}

async function filled(index: KeyIndexWorker, count: number): Promise<Result[]> {
  const began = performance.now()
  const packer = new Packer(BATCH + 1024)
  const key = Buffer.alloc(KEY_BYTES)
  for (let number = 0; number < count; number++) {
    key.write(`user\0${String((number * 7_368_787) % TEN_MILLION).padStart(7, '0')}\0profile\0name`, 'latin1')
    packer.add(key)
    if (packer.byteLength >= BATCH) await index.add(packer.take())
  }
  await index.add(packer.take())
  await index.filled()
  let state = await index.state()
  while (!state.isComplete) {
    await new Promise(resolve => setTimeout(resolve, 20))
    state = await index.state()
  }
  const seconds = (performance.now() - began) / 1000
  const beside = state.byteLength / state.size - KEY_BYTES
  const name = `key index of ${count.toLocaleString('en')} keys`
  return [
    underBudget(`${name}: filled and sorted`, 's', seconds, (20 * count) / TEN_MILLION),
    underBudget(`${name}: bytes beside a key’s own`, 'bytes', beside, 16),
  ]
}

async function pages(index: KeyIndexWorker): Promise<Result[]> {
  const of = Buffer.from('user')
  const times: number[] = []
  for (let round = 0; round < 200; round++) {
    const after = Buffer.from(String((round * 790_123) % 9_000_000).padStart(7, '0'))
    const began = performance.now()
    await index.level(of, { after, limit: 1000 })
    times.push(performance.now() - began)
  }
  return [underBudget('key index, page of 1,000 children at 10⁷ keys (median)', 'ms', median(times), 1)]
}

async function searches(index: KeyIndexWorker): Promise<Result[]> {
  const all: readonly (readonly [string, Omit<KeySearchOptions, 'limit'>, number])[] = [
    ['substring', { kind: 'substring', text: '1234567', isCaseSensitive: true }, 200],
    ['substring in either case', { kind: 'substring', text: 'PROFILEX' }, 2000],
    ['glob', { kind: 'glob', text: '/user/12*7/**/na?e' }, 2000],
    ['regular expression', { kind: 'regex', text: '/\\d*77\\d*8/.*name$' }, 2000],
    ['fuzzy', { kind: 'fuzzy', text: 'u99name' }, 2000],
  ]
  const results: Result[] = []
  for (const [name, options, budget] of all) {
    const { toEnd, toFirst } = await medianTimes(index, options)
    results.push(underBudget(`search of 10⁷ keys, ${name}: to the end`, 'ms', toEnd, budget))
    if (toFirst !== undefined)
      results.push(underBudget(`search of 10⁷ keys, ${name}: first hits`, 'ms', toFirst, 50))
  }
  return results
}

async function medianTimes(index: KeyIndexWorker, options: Omit<KeySearchOptions, 'limit'>) {
  const ends: number[] = []
  const firsts: number[] = []
  for (let round = 0; round < 5; round++) {
    const began = performance.now()
    let first: number | undefined
    for await (const { keys } of index.search({
      ...options,
      limit: options.kind === 'fuzzy' ? 100 : Infinity,
    }))
      if (keys.length > 0) first ??= performance.now() - began
    ends.push(performance.now() - began)
    if (first !== undefined) firsts.push(first)
  }
  return { toEnd: median(ends), toFirst: firsts.length === 0 ? undefined : median(firsts) }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
