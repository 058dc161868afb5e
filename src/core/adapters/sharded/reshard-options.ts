import type { CallOptions, Datastore } from '../../datastore.ts'
import { checkOptions, wholeNumber } from '../../options.ts'
import type { MoveOptions, ReshardProgress } from './key-mover.ts'
import type { ShardFunctionChoice } from './shard-function.ts'

/** What a new list of shards goes by. */
export interface PlanOptions extends CallOptions {
  /** Which shard a key belongs to. Default: the function in force. */
  readonly by?: ShardFunctionChoice | undefined
  /** A name for each shard of the new list. Default: its index in it. */
  readonly ids?: readonly string[] | undefined
}

/** How keys are moved. */
export interface ReshardOptions extends PlanOptions {
  /** Called whenever a key was moved, and at the end. */
  readonly onProgress?: ((progress: ReshardProgress) => void) | undefined
  /** Keys in hand at once. Default 16. */
  readonly concurrency?: number | undefined
  /** Read each copy back and compare it before the source goes. Default true. */
  readonly verify?: boolean | undefined
}

/** What a reshard did. */
export interface ReshardResult<V> extends ReshardProgress {
  /** Shards that are in the list no more: empty, open, and the caller's to close. */
  readonly removed: readonly Datastore<V>[]
}

/** @throws DatastoreError `CONFIG_INVALID` for a `concurrency` that is not a whole number from 1 up */
export function moveOptions(options: ReshardOptions): MoveOptions {
  const { signal, concurrency = 16, verify = true, onProgress = () => undefined } = options
  checkOptions('reshard', { concurrency }, { concurrency: wholeNumber(1) })
  return { signal, concurrency, verify, onProgress }
}
