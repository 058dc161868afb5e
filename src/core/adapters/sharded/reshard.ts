import { orAbort } from '../../concurrency/abortable.ts'
import { forEachBounded } from '../../concurrency/for-each-bounded.ts'
import type { CallOptions } from '../../datastore.ts'
import { AbortError, DatastoreError, failure, hasCode, isAborted, reason, reasonOf } from '../../errors.ts'
import { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import type { Datastore } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { checkOptions, wholeNumber } from '../../options.ts'
import { type Copy, copyHome, type KeyMove, type SettleOptions, settleKey } from './move-key.ts'
import type { ShardFunctionChoice } from './shard-function.ts'
import { idIn, keysOfShard, type ShardList } from './shard-list.ts'
import type { ShardedStore } from './sharded-store.ts'

/** Options of a new list of shards. */
export interface PlanOptions extends CallOptions {
  /** Which shard a key belongs to. Default: the current function. */
  readonly by?: ShardFunctionChoice | undefined
  /** A name for each shard of the new list. Default: its index. */
  readonly ids?: readonly string[] | undefined
}

/** How keys are moved. */
export interface MoveOptions extends CallOptions {
  /** Called after each moved key, and at the end. */
  readonly onProgress?: ((progress: ReshardProgress) => void) | undefined
  /** The number of keys moved concurrently. Default 16. */
  readonly concurrency?: number | undefined
  /** Read each copy back and compare it before the source is removed. Default true. */
  readonly verify?: boolean | undefined
}

/** How keys are moved, and where to. */
export interface ReshardOptions extends PlanOptions, MoveOptions {}

/** The progress of a reshard. */
export interface ReshardProgress {
  /** Keys examined so far, including those that stay. */
  readonly examined: number
  /** Keys that were removed from shards where they do not belong. */
  readonly moved: number
  /** Bytes of the values copied. */
  readonly bytes: number
}

/** The result of a reshard. */
export interface ReshardResult<V> extends ReshardProgress {
  /** Shards that are no longer in the list: empty and open. The caller closes them. */
  readonly removed: readonly Datastore<V>[]
}

/** Keys that are copied before the shards are synced once for all of them. */
const WINDOW = 256

/** Moves every key of all shards to where the newest list puts it, one window of keys at a time. */
export class KeyMover {
  readonly #store: ShardedStore
  readonly #concurrency: number
  readonly #onProgress: (progress: ReshardProgress) => void
  readonly #signal: AbortSignal | undefined
  readonly #call: Call
  readonly #settling: SettleOptions
  #progress: ReshardProgress = { examined: 0, moved: 0, bytes: 0 }

  /** @throws DatastoreError `CONFIG_INVALID` for a `concurrency` that is not a whole number from 1 up. */
  constructor(store: ShardedStore, options: MoveOptions) {
    const { signal, concurrency = 16, verify = true, onProgress = () => undefined } = options
    checkOptions('reshard', { concurrency }, { concurrency: wholeNumber(1) })
    this.#store = store
    this.#concurrency = concurrency
    this.#onProgress = onProgress
    this.#signal = signal
    this.#call = Call.from({ signal })
    this.#settling = { call: this.#call, verify, beforeDelete: store.listingsEnded }
  }

  /**
   * Moves all keys to `target`. Until every key is where it belongs, reads also look in the lists before it.
   * @returns What was done, and the stores that are now empty.
   * @throws DatastoreError naming the key and the shards; `CONFLICT` if both hold different values.
   */
  async run(target: ShardList): Promise<ReshardProgress & { readonly removed: readonly OpenStore[] }> {
    const store = this.#store
    store.goBy([target, ...store.lists.filter(list => !list.equals(target))])
    const stores = store.children
    try {
      // Puts that began earlier may still write keys into places that are about to be emptied.
      await orAbort(store.writesEnded(), this.#signal, 'reshard')
      for (const source of stores) await this.#empty(source)
      await this.#sync(stores)
    } catch (error) {
      throw isAborted(error) ? new AbortError('reshard', { cause: this.#signal?.reason ?? error }) : error
    }
    this.#onProgress(this.#progress)
    store.goBy([target])
    return { ...this.#progress, removed: stores.filter(each => !target.stores.includes(each)) }
  }

  /** Moves all keys that do not belong into a store out of it. */
  async #empty(source: OpenStore): Promise<void> {
    let window: KeyMove[] = []
    for await (const { key } of keysOfShard(this.#store.lists, source, 'reshard', this.#signal)) {
      this.#count({ examined: 1 })
      const [home] = this.#store.placesOf(key)
      if (home !== source) window.push({ key, source, home })
      if (window.length < WINDOW) continue
      await this.#move(window)
      window = []
    }
    await this.#move(window)
  }

  async #move(window: readonly KeyMove[]): Promise<void> {
    const copies = new Map<KeyMove, Copy>()
    await this.#forEach(window, async move => {
      const copy = await this.#copy(move)
      if (copy !== undefined) copies.set(move, copy)
    })
    await this.#sync(new Set([...copies.keys()].map(({ home }) => home)))
    await this.#forEach(window, async move => {
      const copy = copies.get(move)
      const outcome = await settleKey(move, this.#settling, copy)
      if (outcome === 'different') throw failure('CONFLICT', 'move', move.key, 'it has another value there')
      this.#count({ moved: 1, bytes: copy?.size ?? 0 })
      this.#onProgress(this.#progress)
    })
  }

  /** Copies the values that home does not have yet. */
  async #copy(move: KeyMove): Promise<Copy | undefined> {
    const [, ...former] = this.#store.placesOf(move.key)
    // Of several copies, the one that reads have seen so far is copied first.
    for (const source of former) {
      if (source === move.source) break
      await settleKey({ ...move, source }, this.#settling)
    }
    return copyHome(move, { replace: false }, this.#call)
  }

  /** Runs work for each key, in the key's turn. */
  async #forEach(window: readonly KeyMove[], work: (move: KeyMove) => Promise<void>): Promise<void> {
    await forEachBounded(window, this.#concurrency, async move => {
      try {
        await this.#store.open.turn('reshard', [move.key], this.#call, () => work(move))
      } catch (error) {
        throw this.#failureOf(error, move)
      }
    })
  }

  async #sync(stores: Iterable<OpenStore>): Promise<void> {
    await Promise.all([...stores].map(async store => store.sync(Key.root, this.#call)))
  }

  #count({ examined = 0, moved = 0, bytes = 0 }: Partial<ReshardProgress>): void {
    const before = this.#progress
    this.#progress = {
      examined: before.examined + examined,
      moved: before.moved + moved,
      bytes: before.bytes + bytes,
    }
  }

  #failureOf(error: unknown, { key, source, home }: KeyMove): unknown {
    if (isAborted(error) || hasCode(error, 'CLOSED')) return error
    const { lists } = this.#store
    const shards = `from shard ${JSON.stringify(idIn(lists.toReversed(), source))} to shard ${JSON.stringify(idIn(lists, home))}`
    const code = error instanceof DatastoreError ? error.code : 'IO'
    return failure(code, 'reshard', key, reason`it could not be moved ${shards}: ${reasonOf(error)}`, error)
  }
}
