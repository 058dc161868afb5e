import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { Key } from '../../../src/core/key.ts'
import type { Query } from '../../../src/core/query/query.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { createHost, type Host } from '../../../src/main/host/host.ts'
import { type Client, createClient } from '../../../src/renderer/api/client.ts'
import { createMessagePortChannel } from '../../../src/shared/channel.ts'
import type { KeySearch } from '../../../src/shared/procedures/search.ts'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { median, sideBySide } from '../side-by-side.ts'

const FILES = 100_000
const PER_FOLDER = 1000
const VALUE_BYTES = 1000
/** One in this many files contains it. */
const EVERY = 1000
const NEEDLE = 'needle in the haystack'
const KEYS = 1_000_000
const ROUNDS = 5

/** Queries and searches of a host as a window makes them: text in values beside `grep -r`, and filters over 10⁶ keys. */
export const queryOfHostBenchmark: Benchmark = {
  name: 'host-query',
  async run() {
    const base = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    const host = await createHost({ dataDirectory: join(base, 'data'), shell: 'web', appVersion: '0.0.0' })
    try {
      const { port1, port2 } = new MessageChannel()
      host.connect(createMessagePortChannel(port1))
      const page = createClient(createMessagePortChannel(port2))
      return [...(await besideGrep(host, page, join(base, 'folder'))), ...(await filters(host, page))]
    } finally {
      await host.close()
      await rm(base, { recursive: true, force: true })
    }
  },
}

async function besideGrep(host: Host, page: Client, folder: string): Promise<Result[]> {
  fill(folder)
  const { id: session } = await host.open({ type: 'folder', path: folder })
  const hits = FILES / EVERY
  const expect = (what: string, count: number): void => {
    if (count !== hits) throw new Error(`${what} found ${count} of ${hits} files`)
  }
  const query: Query = { where: { field: 'value', op: 'contains', value: NEEDLE } }
  const [ours = 0, grep = 0] = await sideBySide([
    { operations: FILES, run: async () => expect('The query', (await timesOf(page, session, query)).found) },
    {
      operations: FILES,
      run: async () => {
        const found = execFileSync('grep', ['-rlF', NEEDLE, folder], { encoding: 'utf8' })
        expect('grep', found.trim().split('\n').length)
      },
    },
  ])
  return [compareRates('text in 10⁵ values of 1 KB in a folder', 'values/s', ours, 'grep -r', grep, 0.5)]
}

function fill(folder: string): void {
  for (let index = 0; index < FILES; index++) {
    const place = join(folder, `part-${Math.floor(index / PER_FOLDER)}`)
    if (index % PER_FOLDER === 0) mkdirSync(place, { recursive: true })
    const line = `${index} of the haystack, with nothing else in it than hay and straw\n`
    const text = line.repeat(Math.ceil(VALUE_BYTES / line.length)).slice(0, VALUE_BYTES)
    writeFileSync(join(place, `value-${index}.txt`), index % EVERY === 7 ? text + NEEDLE : text)
  }
}

async function filters(host: Host, page: Client): Promise<Result[]> {
  const store = new MemoryDatastore()
  for (let index = 0; index < KEYS; index++)
    await store.put(Key.of(`user-${index % 1000}`, 'profile', `name-${index}`), new Uint8Array())
  const { id: session } = await host.openStore('memory', store)
  const searches: readonly (readonly [Pick<KeySearch, 'kind' | 'text'>, number])[] = [
    [{ kind: 'substring', text: 'name-12345' }, 300],
    [{ kind: 'glob', text: '/user-*9/**/name-*99' }, 300],
    [{ kind: 'regex', text: 'user-\\d+7/.*name-\\d*77$' }, 1000],
    [{ kind: 'fuzzy', text: 'u99name5' }, 1000],
  ]
  // The first search makes the host read the keys.
  await searchTimes(page, session, { kind: 'substring', text: 'x' })
  const results: Result[] = []
  for (const [search, budget] of searches) {
    const times = await medians(() => searchTimes(page, session, search))
    results.push(...lines(`filter of 10⁶ keys by ${search.kind}`, times, budget))
  }
  const query: Query = { where: { field: 'key', op: 'contains', value: 'name-12345' } }
  const times = await medians(() => timesOf(page, session, query))
  results.push(...lines('query of 10⁶ keys', times, 300))
  const all: Query = { where: { field: 'key', op: 'contains', value: 'name' } }
  const { toEnd } = await medians(() => timesOf(page, session, all))
  results.push(underBudget('query of 10⁶ keys that finds all: to the end', 'ms', toEnd, 1000))
  return results
}

interface Times {
  readonly toFirst: number
  readonly toEnd: number
}

function lines(name: string, { toFirst, toEnd }: Times, budget: number): Result[] {
  return [
    underBudget(`${name}: first hits`, 'ms', toFirst, 50),
    underBudget(`${name}: to the end`, 'ms', toEnd, budget),
  ]
}

async function medians(run: () => Promise<Times>): Promise<Times> {
  const all: Times[] = []
  for (let round = 0; round < ROUNDS; round++) all.push(await run())
  return { toFirst: median(all.map(one => one.toFirst)), toEnd: median(all.map(one => one.toEnd)) }
}

async function searchTimes(
  page: Client,
  session: string,
  search: Pick<KeySearch, 'kind' | 'text'>,
): Promise<Times> {
  const began = performance.now()
  const opened = await page.call('search.open', { session, search: { ...search, limit: 10_000 } })
  let toFirst = Infinity
  for (;;) {
    const { found, isLast } = await page.call('search.next', opened)
    if (found > 0) toFirst = Math.min(toFirst, performance.now() - began)
    if (isLast) return { toFirst, toEnd: performance.now() - began }
  }
}

/** Runs a query to its end, and reads the first rows. */
async function timesOf(page: Client, session: string, asked: Query): Promise<Times & { found: number }> {
  const began = performance.now()
  const { query } = await page.call('query.open', { session, text: JSON.stringify(asked) })
  let toFirst = Infinity
  for (let version: number | undefined; ; ) {
    const report = await page.call('query.next', { query, version })
    version = report.version
    if (report.rows > 0 && toFirst === Infinity) {
      await page.call('query.rows', { query, offset: 0, limit: 50 })
      toFirst = performance.now() - began
    }
    if (!report.isLast) continue
    const toEnd = performance.now() - began
    await page.call('query.close', { query })
    return { toFirst, toEnd, found: report.found }
  }
}
