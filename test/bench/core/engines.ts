import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { ClassicLevel } from 'classic-level'
import { type Datastore, Key, LevelDatastore, SqliteDatastore } from 'strata/node'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 20_000
const value = new Uint8Array(1024).fill(7)
const count = new DataView(value.buffer)
let puts = 0

/** A different value each time: SQLite writes no page for an unchanged row. */
function nextValue(): Uint8Array {
  count.setUint32(0, ++puts)
  return value
}
/** The number of keys on the level that is read, and below each of its children. */
const [CHILDREN, BELOW] = [100_000, 10]

/** A client of an engine, used without Strata. */
interface Bare {
  put(key: Uint8Array): Promise<unknown>
  get(key: Uint8Array): Promise<unknown>
  close(): Promise<void>
}

/** One engine: its store, its bare client, and the bars of issue and design. */
interface Contest {
  readonly name: string
  readonly client: string
  readonly open: (folder: string) => Promise<Datastore>
  readonly openBare: (folder: string) => Promise<Bare>
  readonly bars: { readonly put: number; readonly get: number; readonly page: number }
}

const contests: readonly Contest[] = [
  {
    name: 'leveldb',
    client: 'classic-level',
    open: folder => LevelDatastore.open(folder),
    openBare: async folder => {
      const level = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
        keyEncoding: 'view',
        valueEncoding: 'view',
      })
      await level.open()
      return {
        // The client reads the bytes later, in a thread. As with the store, the caller may change its own at
        // once.
        put: async key => level.put(key, nextValue().slice()),
        get: async key => level.get(key),
        close: () => level.close(),
      }
    },
    bars: { put: 1, get: 1, page: 40 },
  },
  {
    name: 'sqlite',
    client: '@photostructure/sqlite',
    open: folder => SqliteDatastore.open(join(folder, 'strata.db')),
    openBare: async folder => {
      const database = new DatabaseSync(join(folder, 'bare.db'))
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      database.exec('CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB)')
      const insert = database.prepare(
        'INSERT INTO kv VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
      )
      const select = database.prepare('SELECT v FROM kv WHERE k = ?')
      return {
        put: async key => insert.run(key, nextValue()),
        get: async key => select.get(key) as unknown,
        close: async () => database.close(),
      }
    },
    bars: { put: 0.8, get: 0.5, page: 25 },
  },
]

/** Puts and gets of 1 KB beside the bare client, and a page of a large level. */
export const enginesBenchmark: Benchmark = {
  name: 'engines',
  async run() {
    const results: Result[] = []
    for (const contest of contests) {
      results.push(...(await callsOf(contest)))
      results.push(await pageOf(contest))
    }
    return results
  },
}

async function callsOf({ name, client, open, openBare, bars }: Contest): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), `strata-bench-${name}-`))
  const results: Result[] = []
  for (const name of ['ours', 'bare']) await mkdir(join(folder, name))
  const [store, bare] = [await open(join(folder, 'ours')), await openBare(join(folder, 'bare'))]
  try {
    const texts = Array.from({ length: OPERATIONS }, (_, index) => `/films/${index % 100}/scene-${index}`)
    const keys = texts.map(text => Key.parse(text))
    const bytes = texts.map(text => new TextEncoder().encode(text))
    for (const width of [1, 64]) {
      const rates = (
        ours: (index: number) => Promise<unknown>,
        theirs: (index: number) => Promise<unknown>,
      ) =>
        sideBySide(
          [ours, theirs].map(work => ({
            operations: OPERATIONS,
            run: () => inParallel(OPERATIONS, width, work),
          })),
        )
      const [put = 0, barePut = 0] = await rates(
        index => store.put(keys[index] as Key, nextValue()),
        index => bare.put(bytes[index] as Uint8Array),
      )
      results.push(compareRates(`${name} put 1 KB, ${width} at once`, 'op/s', put, client, barePut, bars.put))
      const [get = 0, bareGet = 0] = await rates(
        index => store.get(keys[index] as Key),
        index => bare.get(bytes[index] as Uint8Array),
      )
      results.push(compareRates(`${name} get 1 KB, ${width} at once`, 'op/s', get, client, bareGet, bars.get))
    }
    return results
  } finally {
    await store.close()
    await bare.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function pageOf({ name, open, bars }: Contest): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), `strata-bench-${name}-`))
  const store = await open(folder)
  try {
    for (let child = 0; child < CHILDREN; ) {
      const batch = store.batch()
      for (const until = child + 500; child < until; child++)
        for (let row = 0; row < BELOW; row++) batch.put(keyOf(child).child(`r${row}`), new Uint8Array(100))
      await batch.commit()
    }
    const times: number[] = []
    for (let round = 0; round < 9; round++) {
      const after = keyOf(Math.floor((round / 10) * CHILDREN)).lastSegment
      const start = performance.now()
      await store.list(Key.of('level'), { after, limit: 1000 })
      times.push(performance.now() - start)
    }
    return underBudget(`${name} page of 1,000 at 10⁶ keys`, 'ms', median(times), bars.page)
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function keyOf(child: number): Key {
  return Key.of('level', `c${String(child).padStart(6, '0')}`)
}
