import type { CallGate } from '../../concurrency/call-gate.ts'
import { forEachBounded } from '../../concurrency/for-each-bounded.ts'
import type { CallOptions, Datastore } from '../../datastore.ts'
import { DatastoreError, failure, hasCode, isAborted, reason, reasonOf } from '../../errors.ts'
import { type Copy, copyHome, type KeyMove } from './key-move.ts'
import { keysOfShard } from './keys-of-shard.ts'
import type { MovingShards } from './moving-shards.ts'
import { type SettleOptions, settleKey } from './settle-key.ts'
import { idIn } from './shard-list.ts'

/** How far a reshard has come. */
export interface ReshardProgress {
  /** Keys looked at so far, those that stay included. */
  readonly examined: number
  /** Keys that have left a shard where they do not belong. */
  readonly moved: number
  /** Bytes of the values copied. */
  readonly bytes: number
}

export interface MoveOptions extends CallOptions {
  /** Keys in hand at once; 1 or more. */
  readonly concurrency: number
  readonly verify: boolean
  readonly onProgress: (progress: ReshardProgress) => void
}

/** How many keys are copied before the shards are synced once for all of them. */
const WINDOW = 256

/** Moves every key of all shards to where the newest list puts it, a window at a time. */
export class KeyMover<V> {
  readonly #shards: MovingShards<V>
  readonly #gate: CallGate
  readonly #options: MoveOptions
  readonly #settling: SettleOptions
  #progress: ReshardProgress = { examined: 0, moved: 0, bytes: 0 }

  constructor(
    shards: MovingShards<V>,
    gate: CallGate,
    options: MoveOptions,
    beforeDelete: () => Promise<void>,
  ) {
    this.#shards = shards
    this.#gate = gate
    this.#options = options
    this.#settling = { signal: options.signal, verify: options.verify, beforeDelete }
  }

  /** @throws DatastoreError naming the key and the shards; `CONFLICT` when both hold a value, and not the same. */
  async run(): Promise<ReshardProgress> {
    const { signal } = this.#options
    for (const source of this.#shards.stores) {
      let window: KeyMove<V>[] = []
      for await (const { key } of keysOfShard(this.#shards.lists, source, 'reshard', signal)) {
        this.#count({ examined: 1 })
        const [home] = this.#shards.placesOf(key)
        if (home !== source) window.push({ key, source, home })
        if (window.length < WINDOW) continue
        await this.#move(window)
        window = []
      }
      await this.#move(window)
    }
    await this.#sync(this.#shards.stores)
    this.#options.onProgress(this.#progress)
    return this.#progress
  }

  async #move(window: readonly KeyMove<V>[]): Promise<void> {
    const copies = new Map<KeyMove<V>, Copy<V>>()
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
      this.#options.onProgress(this.#progress)
    })
  }

  /** Copies what home does not have yet. */
  async #copy(move: KeyMove<V>): Promise<Copy<V> | undefined> {
    const { signal } = this.#options
    const [, ...former] = this.#shards.placesOf(move.key)
    // Of several copies the one that reads have seen all along goes home first.
    for (const source of former) {
      if (source === move.source) break
      await settleKey({ ...move, source }, this.#settling)
    }
    return copyHome(move, { replace: false }, { signal })
  }

  /** Takes each key in its turn among the calls on it. */
  async #forEach(window: readonly KeyMove<V>[], work: (move: KeyMove<V>) => Promise<void>): Promise<void> {
    const { concurrency, signal } = this.#options
    await forEachBounded(window, concurrency, async move => {
      try {
        await this.#gate.write('reshard', [move.key], { signal }, () => work(move))
      } catch (error) {
        throw this.#told(error, move)
      }
    })
  }

  async #sync(stores: Iterable<Datastore<V>>): Promise<void> {
    const { signal } = this.#options
    await Promise.all([...stores].map(store => store.sync(undefined, { signal })))
  }

  #count({ examined = 0, moved = 0, bytes = 0 }: Partial<ReshardProgress>): void {
    const before = this.#progress
    this.#progress = {
      examined: before.examined + examined,
      moved: before.moved + moved,
      bytes: before.bytes + bytes,
    }
  }

  #told(error: unknown, { key, source, home }: KeyMove<V>): unknown {
    if (isAborted(error) || hasCode(error, 'CLOSED')) return error
    const { lists } = this.#shards
    const shards = `from shard ${JSON.stringify(idIn(lists.toReversed(), source))} to shard ${JSON.stringify(idIn(lists, home))}`
    const code = error instanceof DatastoreError ? error.code : 'IO'
    return failure(code, 'reshard', key, reason`it could not be moved ${shards}: ${reasonOf(error)}`, error)
  }
}
