import { Slices } from '../../../core/concurrency/slices.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { unpack } from '../../../core/key-index/packed.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import { StoreQuerySource } from '../../../core/open/query-source.ts'
import { decodeKey } from '../../../core/ordered/strata/key-bytes.ts'
import { walk } from '../../../core/query/walk.ts'
import type { StackNode } from '../../../core/stack/stack.ts'
import type { SessionKeys } from '../search/session-keys.ts'

/** A key with a value, and the size of the value if listing reports it at no extra cost. */
interface ListedKey {
  readonly key: Key
  readonly size?: number | undefined
}

/** The parts of a session that are needed. */
export interface ListedSession {
  readonly store: BinaryDatastore
  readonly keys: SessionKeys
  readonly stack: { readonly nodes: readonly StackNode[] }
}

/** Children of one page of a level. */
const PAGE = 1000

/** Keys of one batch. */
const BATCH = 1000

/** Kinds of stores whose levels are listed faster than their keys are queried. */
const LISTED: ReadonlySet<string> = new Set(['fs', 'memory'])

/** Every key with a value, in batches: from an index if there is a complete one, else from the store. */
export async function* everyKey(
  { store, keys, stack }: ListedSession,
  signal: AbortSignal,
): AsyncIterable<readonly ListedKey[]> {
  const leaves = stack.nodes.filter(({ children }) => children.length === 0)
  if (leaves.every(({ kind }) => LISTED.has(kind))) {
    const options = { recursive: true, descending: false, after: undefined, pageSize: PAGE, signal }
    yield* walk(new StoreQuerySource(openStoreOf(store)), Key.root, { ...options, bounds: NO_BOUNDS })
  } else if (await keys.completed(signal)) {
    yield* indexed(keys, signal)
  } else {
    yield* queried(store, signal)
  }
}

const NO_BOUNDS = { first: undefined, last: undefined }

async function* indexed(keys: SessionKeys, signal: AbortSignal): AsyncIterable<readonly ListedKey[]> {
  const slices = new Slices()
  const all = { kind: 'substring', text: '', limit: Infinity } as const
  for await (const { keys: packed } of keys.searchAll(all, signal)) {
    let batch: ListedKey[] = []
    for (const bytes of unpack(packed)) {
      if (slices.step()) await slices.pause()
      batch.push({ key: decodeKey(bytes) })
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    yield batch
  }
}

async function* queried(store: BinaryDatastore, signal: AbortSignal): AsyncIterable<readonly ListedKey[]> {
  let batch: ListedKey[] = []
  for await (const { key } of store.query({ keysOnly: true }, { scan: true, signal })) {
    batch.push({ key })
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  yield batch
}
