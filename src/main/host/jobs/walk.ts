import type { BinaryDatastore } from '../../../core/datastore.ts'
import { throwIfAborted } from '../../../core/errors.ts'
import type { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import { statIfPresent } from '../transfers/write-version.ts'

export interface WalkedKey {
  readonly key: Key
  /** Bytes of the value, where listing reports them at no extra cost. */
  readonly size?: number | undefined
}

/**
 * Every key with a value at and below `prefix`, in key order. Keys may be deleted during the walk.
 * @param foundEmpty Called for each branch with nothing below it.
 */
export async function* walk(
  store: BinaryDatastore,
  prefix: Key,
  signal: AbortSignal,
  foundEmpty: () => void = () => undefined,
): AsyncIterable<WalkedKey> {
  const own = await statIfPresent(store, prefix, signal)
  if (own !== undefined) yield { key: prefix, size: own.size }
  yield* walkBelow(store, prefix, signal, foundEmpty)
}

async function* walkBelow(
  store: BinaryDatastore,
  prefix: Key,
  signal: AbortSignal,
  foundEmpty: () => void,
): AsyncIterable<WalkedKey> {
  let isEmpty = true
  for await (const { key, isValue, isBranch, size } of childrenOf(store, prefix, { signal })) {
    throwIfAborted(signal, 'walk', key)
    isEmpty = false
    if (isValue) yield { key, size }
    if (isBranch) yield* walkBelow(store, key, signal, foundEmpty)
  }
  if (isEmpty) foundEmpty()
}
