import { expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { EvaluatorPool } from '../../../../src/main/host/query/evaluator-pool.ts'
import { Queries } from '../../../../src/main/host/query/queries.ts'
import type { SortedRows } from '../../../../src/main/host/query/result-order.ts'
import { bareSessions } from '../bare-sessions.ts'
import { bytesOf, eventually, tempFolder } from '../test-host.ts'

/** Completes the first requested sort after the second one. */
class OtherWayRound extends EvaluatorPool {
  #sorts = 0
  #endFirst: () => void = () => undefined
  readonly #isSecondEnded = new Promise<void>(resolve => {
    this.#endFirst = resolve
  })

  override async order(rows: SortedRows, signal: AbortSignal): Promise<Uint32Array> {
    const isFirst = ++this.#sorts === 1
    const order = await super.order(rows, signal)
    if (isFirst) await this.#isSecondEnded
    // Only after the order of the second one has been applied.
    else setImmediate(this.#endFirst)
    return order
  }
}

/** Holds back the sort at the end of a run. */
class HeldAtEnd extends EvaluatorPool {
  open: () => void = () => undefined
  isAtEnd: () => void = () => undefined
  readonly atEnd = new Promise<void>(resolve => {
    this.isAtEnd = resolve
  })
  readonly #opened = new Promise<void>(resolve => {
    this.open = resolve
  })

  override async order(rows: SortedRows, signal: AbortSignal): Promise<Uint32Array> {
    this.isAtEnd()
    await this.#opened
    return super.order(rows, signal)
  }
}

/** A session with three values, and a query of them by a pool. */
async function openQuery(pool: EvaluatorPool) {
  const bare = await bareSessions(await tempFolder())
  const queries = new Queries()
  const { id } = await bare.sessions.openStore('films', new MemoryDatastore())
  const session = bare.sessions.get(id)
  for (const [key, value] of Object.entries({ '/a': 'long', '/b': 'x', '/c': 'two' }))
    await session.store.put(Key.parse(key), bytesOf(value))
  const { query } = await queries.open(session, pool, '{"withStat":true}')
  const close = async (): Promise<void> => {
    await queries.endAll()
    await pool.close()
    await bare.close()
  }
  return { queries, query, close }
}

const { signal } = new AbortController()

async function toEnd(queries: Queries, query: string): Promise<void> {
  for (let report = await queries.next(query, undefined, signal); !report.isLast; )
    report = await queries.next(query, report.version, signal)
}

it('H46 rows sorted while incomplete stay sorted at the end of the run', async () => {
  const { queries, query, close } = await openQuery(new OtherWayRound())
  const first = queries.sort(query, { by: 'size', descending: false })
  await toEnd(queries, query)
  await first
  expect(queries.keys(query, 0, 10)).toEqual(['/b', '/c', '/a'])
  await close()
})

it('H46 the last report is sent when the rows are sorted', async () => {
  const pool = new HeldAtEnd()
  const { queries, query, close } = await openQuery(pool)
  const sorted = queries.sort(query, { by: 'size', descending: false })
  await pool.atEnd
  await eventually(async () => (await queries.next(query, undefined, signal)).searched === 3)
  expect(await queries.next(query, undefined, signal)).toMatchObject({ rows: 3, isLast: false })
  pool.open()
  await toEnd(queries, query)
  expect(queries.keys(query, 0, 10)).toEqual(['/b', '/c', '/a'])
  await sorted
  await close()
})
