import { MemoryDatastore as PeerMemory } from 'datastore-core'
import { Key as PeerKey } from 'interface-datastore'
import { json, Key, MemoryDatastore, type Query, serialized } from 'strata/core'
import { type Benchmark, compareRates, type Result } from '../result.ts'
import { sideBySide } from '../side-by-side.ts'

const FOLDERS = 100
const EACH = 300
const PAGE = 100
const ROUNDS = 20
const bytes = new TextEncoder()

/**
 * Queries over 30,000 values of JSON in memory: beside datastore-core, and beside the same store without the
 * help of an index.
 */
export const queryBenchmark: Benchmark = {
  name: 'query',
  async run() {
    const ours = new MemoryDatastore()
    const peer = new PeerMemory()
    for (let folder = 0; folder < FOLDERS; folder++) {
      for (let entry = 0; entry < EACH; entry++) {
        const text = `/folder-${folder}/entry-${entry}`
        const value = bytes.encode(JSON.stringify({ year: 1900 + (entry % 120), name: `name ${entry}` }))
        await ours.put(Key.parse(text), value)
        await peer.put(new PeerKey(text), value)
      }
    }
    // `serialized` passes on one level after the other; it filters and orders by itself.
    const scanned = serialized(ours, json)
    const prefix = `/folder-${FOLDERS - 1}`

    const page: Query = { prefix, limit: PAGE, keysOnly: true }
    // The same result from a query that no index helps.
    const searched: Query = {
      where: { field: 'key', op: 'contains', value: `${prefix}/` },
      limit: PAGE,
      keysOnly: true,
    }
    const [native = 0, scan = 0, theirs = 0] = await sideBySide([
      { operations: ROUNDS, run: () => rounds(() => drain(ours.query(page))) },
      { operations: ROUNDS, run: () => rounds(() => drain(ours.query(searched))) },
      { operations: ROUNDS, run: () => rounds(() => drain(peer.queryKeys({ prefix, limit: PAGE }))) },
    ])
    const all: Query = { orderBy: [{ field: 'key' }], keysOnly: true }
    const [ordered = 0, theirOrdered = 0] = await sideBySide([
      { operations: FOLDERS * EACH, run: () => drain(ours.query(all)) },
      {
        operations: FOLDERS * EACH,
        run: () => drain(peer.queryKeys({ orders: [(a, b) => (a.toString() < b.toString() ? -1 : 1)] })),
      },
    ])
    const newest: Query = { where: { field: 'year', op: '>=', value: 2015 }, limit: 1000 }
    const [fields = 0] = await sideBySide([
      { operations: FOLDERS * EACH, run: () => drain(scanned.query(newest, { scan: true })) },
    ])
    const [theirFields = 0] = await sideBySide([
      {
        operations: FOLDERS * EACH,
        run: () =>
          drain(
            peer.query({
              filters: [
                ({ value }) => (JSON.parse(new TextDecoder().decode(value)) as { year: number }).year >= 2015,
              ],
              limit: 1000,
            }),
          ),
      },
    ])
    const results: Result[] = [
      compareRates(`query, ${PAGE} keys below a prefix`, 'query/s', native, 'datastore-core memory', theirs),
      compareRates(`query, ${PAGE} keys below a prefix`, 'query/s', native, 'ours, by looking at all', scan),
      compareRates('query, all keys in order', 'key/s', ordered, 'datastore-core memory', theirOrdered),
      compareRates('query, by a field of JSON', 'entry/s', fields, 'datastore-core memory', theirFields),
    ]
    return results
  },
}

async function rounds(work: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await work()
}

async function drain(answers: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  let count = 0
  for await (const answer of answers) if (answer !== undefined) count++
  if (count === 0) throw new Error('A query that is measured finds something')
}
