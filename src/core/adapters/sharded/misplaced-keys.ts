import type { CallGate } from '../../concurrency/call-gate.ts'
import type { CallOptions, Datastore } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { compareHome, type KeyMove, statIfAny } from './key-move.ts'
import { keysOfShard } from './keys-of-shard.ts'
import type { MovingShards } from './moving-shards.ts'
import { settleKey } from './settle-key.ts'
import { idIn } from './shard-list.ts'

/** A key in a shard where the shard function does not put it. */
export interface MisplacedKey {
  readonly key: Key
  /** The id of the shard that has it. */
  readonly shard: string
  /** The id of the shard where it belongs, and where reads look for it. */
  readonly home: string
  /** What is at home: nothing, so that the key cannot be read; a copy of the same value; or another value. */
  readonly atHome: 'absent' | 'same' | 'different'
}

/** How a misplaced key is brought home. */
export interface RepairOptions extends CallOptions {
  /** Which of two different values stays: the one at home, or the misplaced one. */
  readonly keep?: 'home' | 'misplaced' | undefined
}

/** Finds keys that are not where they belong, and brings them there. */
export class MisplacedKeys<V> {
  readonly #shards: MovingShards<V>
  readonly #gate: CallGate
  readonly #beforeDelete: () => Promise<void>

  constructor(shards: MovingShards<V>, gate: CallGate, beforeDelete: () => Promise<void>) {
    this.#shards = shards
    this.#gate = gate
    this.#beforeDelete = beforeDelete
  }

  async *find({ signal }: CallOptions): AsyncIterable<MisplacedKey> {
    const { lists, stores } = this.#shards
    for (const source of stores) {
      for await (const { key } of keysOfShard(lists, source, 'verify', signal)) {
        const [home] = this.#shards.placesOf(key)
        if (home === source) continue
        const found = await this.#gate.read('verify', key, { signal }, () =>
          this.#judge({ key, source, home }, signal),
        )
        if (found !== undefined) yield found
      }
    }
  }

  /** @throws DatastoreError `CONFLICT` for two different values when nothing says which one stays. */
  async repair({ key, shard, home: homeId }: MisplacedKey, { keep, signal }: RepairOptions): Promise<void> {
    const [source, home] = [this.#storeWithId(shard), this.#shards.placesOf(key)[0]]
    if (source === undefined || source === home) {
      const state = source === undefined ? 'there is no such shard' : 'it is where the key belongs'
      throw failure('CONFIG_INVALID', 'repair', key, `shard ${JSON.stringify(shard)}: ${state}`)
    }
    await this.#gate.write('repair', [key], { signal }, async () => {
      const move: KeyMove<V> = { key, source, home }
      const options = { verify: true, beforeDelete: this.#beforeDelete, signal }
      if ((await settleKey(move, options)) === 'settled') return
      if (keep === undefined) {
        const state = `shards ${JSON.stringify(shard)} and ${JSON.stringify(homeId)} hold different values of it`
        throw failure('CONFLICT', 'repair', key, state)
      }
      const kept = keep === 'home' ? home : source
      const dropped = keep === 'home' ? source : home
      // A last look, so that the one that goes is not the only one.
      await kept.stat(key, { signal })
      await dropped.delete(key, { missingOk: true })
      if (keep === 'misplaced') await settleKey(move, options)
    })
  }

  async #judge(move: KeyMove<V>, signal: AbortSignal | undefined): Promise<MisplacedKey | undefined> {
    const { key, source, home } = move
    // It may have been moved since it was met.
    if ((await statIfAny(source, key, { signal })) === undefined) return undefined
    const { lists } = this.#shards
    const atHome = await compareHome(move, undefined, { signal })
    return { key, shard: idIn(lists, source), home: idIn(lists, home), atHome }
  }

  #storeWithId(id: string): Datastore<V> | undefined {
    return this.#shards.lists.map(list => list.storeWithId(id)).find(store => store !== undefined)
  }
}
