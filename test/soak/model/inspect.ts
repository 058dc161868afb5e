import fc from 'fast-check'
import type { BinaryDatastore, Entry, Stat } from '../../../src/core/datastore.ts'
import { hasCode } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { anyQuery } from '../../../src/testkit/arbitrary-query.ts'
import { naiveAnswer, type WholeEntry } from '../../../src/testkit/naive-query.ts'
import type { Judge } from './judge.ts'
import { KEYS } from './operation.ts'
import { perform } from './perform.ts'
import type { PossibleState } from './possible-state.ts'

/** Reads everything in every way, while nothing fails, and expects all results to agree. */
export async function inspect(
  store: BinaryDatastore,
  state: PossibleState,
  judge: Judge,
  seed: number,
): Promise<void> {
  // First, because it reveals keys that only the store knows.
  await walk(store, judge, '/')
  for (const verb of ['get', 'has', 'stat'] as const) {
    for (const key of new Set([...KEYS, ...state.keys]))
      judge.judge({ verb, key }, await perform(store, { verb, key }, {}))
  }
  const entries = await contentOf(store, state)
  await count(store, state, entries)
  for (const query of fc.sample(anyQuery, { seed, numRuns: 4 })) {
    const expected = naiveAnswer(entries, query)
    const found: Entry<Uint8Array>[] = []
    try {
      for await (const entry of store.query(query, { scan: true })) found.push(entry)
    } catch (error) {
      // `after` may not be an entry of the result.
      if (expected !== undefined || !hasCode(error, 'NOT_FOUND')) throw error
      continue
    }
    const isSame = textOf(found) === textOf(expected ?? [])
    state.ledger.hold(
      'a query has the naive answer',
      isSame,
      () => `${JSON.stringify(query)} gave ${textOf(found)} for ${textOf(expected ?? [])}`,
    )
  }
}

async function walk(store: BinaryDatastore, judge: Judge, key: string): Promise<void> {
  const operation = { verb: 'list', key, limit: 1000, reverse: false } as const
  const outcome = await perform(store, operation, {})
  judge.judge(operation, outcome)
  for (const child of outcome.children ?? [])
    if (child.isBranch) await walk(store, judge, child.key.toString())
}

/** The entries, read key by key. */
async function contentOf(store: BinaryDatastore, state: PossibleState): Promise<WholeEntry<Uint8Array>[]> {
  const entries: WholeEntry<Uint8Array>[] = []
  for (const text of state.keys) {
    const key = Key.parse(text)
    const [serial, ...others] = state.of(text)
    state.ledger.hold(
      'reading settles what a key holds',
      others.length === 0 && serial !== 0,
      () => `${text} may hold ${[...state.of(text)].join(' or ')} still`,
    )
    entries.push({ key, value: await store.get(key), stat: await store.stat(key) })
  }
  return entries
}

async function count(
  store: BinaryDatastore,
  state: PossibleState,
  entries: readonly WholeEntry<Uint8Array>[],
): Promise<void> {
  const stats = await store.stats()
  if (stats.accuracy !== 'exact') return
  const bytes = entries.reduce((sum, { value }) => sum + value.length, 0)
  const isRight = (stats.entries ?? entries.length) === entries.length && (stats.bytes ?? bytes) === bytes
  state.ledger.hold(
    'exact counts are exact',
    isRight,
    () => `${JSON.stringify(stats)} for ${entries.length} entries of ${bytes} bytes`,
  )
}

function textOf(entries: readonly Entry<Uint8Array>[]): string {
  return entries
    .map(
      ({ key, value, stat }) =>
        `${String(key)} ${value?.length ?? ''} ${digest(value)} ${stat === undefined ? '' : statOf(stat)}`,
    )
    .join('\n')
}

function digest(value: Uint8Array | undefined): string {
  return value === undefined ? '' : Buffer.from(value.subarray(0, 8)).toString('hex')
}

/** Without the time of the last access, which reading changes. */
function statOf({ size, mtime, etag }: Stat): string {
  return `${size} ${mtime ?? ''} ${etag}`
}
