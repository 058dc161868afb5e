import type { BinaryDatastore } from '../../../core/datastore.ts'
import { isNotFound, throwIfAborted } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'

export interface WalkedKey {
  readonly key: Key
  /** Bytes of the value, where listing learns it for nothing. */
  readonly size?: number | undefined
}

/** Every key with a value at and below `prefix`, in key order. Keys may be deleted while the walk goes on. */
export async function* walk(
  store: BinaryDatastore,
  prefix: Key,
  signal: AbortSignal,
): AsyncIterable<WalkedKey> {
  const own = await store.stat(prefix, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined
    throw error
  })
  if (own !== undefined) yield { key: prefix, size: own.size }
  yield* walkBelow(store, prefix, signal)
}

async function* walkBelow(
  store: BinaryDatastore,
  prefix: Key,
  signal: AbortSignal,
): AsyncIterable<WalkedKey> {
  for await (const { key, isValue, isBranch, size } of childrenOf(store, prefix, { signal })) {
    throwIfAborted(signal, 'walk', key)
    if (isValue) yield { key, size }
    if (isBranch) yield* walkBelow(store, key, signal)
  }
}
