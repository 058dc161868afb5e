import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { type BinaryDatastore, Key, openStack } from 'strata/node'
import * as mariadb from '../../servers/mariadb.ts'
import * as postgres from '../../servers/postgres.ts'
import { type Benchmark, compareRates, type Result, underBudget } from '../result.ts'
import { inParallel, median, sideBySide } from '../side-by-side.ts'

const OPERATIONS = 4000
/** The default number of connections of a store. */
const POOL = 10
const PAGE = 1000
const ROWS = 1_000_000
const keys = Array.from({ length: OPERATIONS }, (_, index) => Key.of('level', name(index)))
const names = keys.map(key => key.toString())

/**
 * The bare client, and the time limit of a page. The client has as many connections as the store, a server
 * with the same settings that does not wait for the device, and an upsert for each put, which is atomic like
 * a put of the store. It keeps no versions.
 */
interface Contest {
  readonly kind: 'postgres' | 'mysql'
  readonly client: string
  /** Milliseconds. */
  readonly page: number
  readonly start: () => Promise<Running>
}

interface Running {
  readonly node: object
  readonly bare: Bare
  /** Makes the table `t` with `ROWS` keys below `/level`. */
  fill(): Promise<unknown>
  stop(): Promise<void>
}

interface Bare {
  put(name: string, value: Buffer): Promise<unknown>
  get(name: string): Promise<unknown>
}

const contests: readonly Contest[] = [
  {
    kind: 'postgres',
    client: 'pg',
    page: 15,
    start: async () => {
      const server = await postgres.startPostgres({ config: postgres.FAST })
      const url = new URL(server.url)
      const pool = new pg.Pool({ host: url.hostname, port: Number(url.port), user: 'postgres', max: POOL })
      // The server may stop before the pool has ended.
      pool.on('error', () => undefined)
      await server.sql('CREATE TABLE bare (k text COLLATE "C" PRIMARY KEY, v bytea)')
      const put = 'INSERT INTO bare VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = excluded.v'
      return {
        node: { kind: 'postgres', url: server.url, user: 'postgres' },
        bare: {
          put: (key, value) => pool.query({ name: 'put', text: put, values: [key, value] }),
          get: key => pool.query({ name: 'get', text: 'SELECT v FROM bare WHERE k = $1', values: [key] }),
        },
        fill: () =>
          server.sql(`
            CREATE TABLE t (key text COLLATE "C" PRIMARY KEY, data bytea);
            INSERT INTO t SELECT '/level/c' || lpad(i::text, 7, '0'), '\\x00' FROM generate_series(1, ${ROWS}) i;
            ANALYZE t`),
        async stop() {
          await pool.end()
          await server.stop()
        },
      }
    },
  },
  {
    kind: 'mysql',
    client: 'mysql2',
    page: 25,
    start: async () => {
      const server = await mariadb.startMariadb({ config: mariadb.FAST })
      const url = new URL(server.url)
      const pool = createPool({
        host: url.hostname,
        port: Number(url.port),
        user: 'app',
        database: 'strata',
        connectionLimit: POOL,
      })
      await server.sql('CREATE TABLE strata.bare (k varbinary(700) PRIMARY KEY, v longblob)')
      const put = 'INSERT INTO bare VALUES (?, ?) ON DUPLICATE KEY UPDATE v = VALUES(v)'
      return {
        node: { kind: 'mysql', url: server.url, user: 'app' },
        bare: {
          put: (key, value) => pool.execute(put, [key, value]),
          get: key => pool.execute('SELECT v FROM bare WHERE k = ?', [key]),
        },
        fill: () =>
          server.sql(
            `
            CREATE TABLE strata.t (\`key\` varbinary(700) PRIMARY KEY, data longblob);
            INSERT INTO strata.t SELECT concat('/level/c', lpad(seq, 7, '0')), x'00' FROM strata_seq;
            ANALYZE TABLE strata.t`.replace('strata_seq', `seq_1_to_${ROWS}`),
          ),
        async stop() {
          await pool.end()
          await server.stop()
        },
      }
    },
  },
]

/** Values of 1 KB in tables of servers on this machine, beside the client used directly, and pages of a large level. */
export const sqlBenchmark: Benchmark = {
  name: 'sql',
  async run() {
    if (postgres.noPostgres !== undefined || mariadb.noMariadb !== undefined) return []
    const results: Result[] = []
    for (const contest of contests) {
      const running = await contest.start()
      try {
        results.push(...(await compared(contest, running)), await paged(contest, running))
      } finally {
        await running.stop()
      }
    }
    return results
  },
}

async function compared({ kind, client }: Contest, { node, bare }: Running): Promise<readonly Result[]> {
  const stack = await openStack({ strata: 1, root: node })
  const results: Result[] = []
  try {
    for (const width of [1, 64]) {
      const rates = (works: readonly ((index: number) => Promise<unknown>)[]) =>
        sideBySide(
          works.map(work => ({ operations: OPERATIONS, run: () => inParallel(OPERATIONS, width, work) })),
        )
      const [ours = 0, theirs = 0] = await rates([
        index => stack.store.put(keys[index] as Key, nextValue()),
        index => bare.put(names[index] as string, nextValue()),
      ])
      const at = `${width} at once`
      results.push(compareRates(`${kind} put 1 KB, ${at}`, 'op/s', ours, client, theirs, 0.85))
      const [get = 0, plain = 0] = await rates([
        index => stack.store.get(keys[index] as Key),
        index => bare.get(names[index] as string),
      ])
      results.push(compareRates(`${kind} get 1 KB, ${at}`, 'op/s', get, client, plain, 0.85))
    }
    return results
  } finally {
    await stack.close()
  }
}

async function paged({ kind, page }: Contest, { node, fill }: Running): Promise<Result> {
  await fill()
  const stack = await openStack({ strata: 1, root: { ...node, table: 't', layout: 'path' } })
  try {
    const times: number[] = []
    for (let round = 0; round < 30; round++) times.push(await pageTime(stack.store, (round * 31_357) % ROWS))
    return underBudget(`${kind} page of ${PAGE} at 10⁶ keys`, 'ms', median(times.slice(5)), page)
  } finally {
    await stack.close()
  }
}

async function pageTime(store: BinaryDatastore, from: number): Promise<number> {
  const begin = performance.now()
  const { children } = await store.list(Key.of('level'), {
    after: name(Math.min(from, ROWS - 2 * PAGE)),
    limit: PAGE,
  })
  if (children.length !== PAGE) throw new Error(`A page has ${children.length} children`)
  return performance.now() - begin
}

function name(index: number): string {
  return `c${String(index).padStart(7, '0')}`
}

let values = 0

/** A different value each time: servers skip a write that changes nothing. */
function nextValue(): Buffer {
  const value = Buffer.alloc(1024, 7)
  value.writeUInt32LE(++values)
  return value
}
