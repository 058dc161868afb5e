import type { Datastore, PutOptions } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { ShardList } from './shard-list.ts'

let lastId = 0

/**
 * Keeps the etags of one key apart when it moves: two shards may well give the same etag to different values. An etag
 * of the shard that the key belonged to at first stays as it is, one of another shard says which, and of which sharded
 * store: shards of shards have such etags of their own.
 */
export class ShardEtags<V> {
  readonly #mark = `~${++lastId}.`
  readonly #first: ShardList<V>
  readonly #numbers = new Map<Datastore<V>, number>()

  /** @param first The list of shards from before any key could move. */
  constructor(first: ShardList<V>) {
    this.#first = first
  }

  /** Whether the etags of this key in this shard pass as they are. */
  arePlain(key: Key, store: Datastore<V>): boolean {
    return this.#first.storeOf(key) === store
  }

  /** What the caller calls a version of the shard. */
  outer(key: Key, store: Datastore<V>, etag: string): string {
    return this.arePlain(key, store) ? etag : `${this.#markOf(store)}${etag}`
  }

  /**
   * The options of a write as the shard understands them.
   * @throws DatastoreError `CONFLICT` when `ifMatch` names a version of another shard.
   */
  inner<Options extends Pick<PutOptions, 'ifMatch'>>(
    action: string,
    key: Key,
    store: Datastore<V>,
    options: Options,
  ): Options {
    const { ifMatch } = options
    if (ifMatch === undefined) return options
    const mark = this.arePlain(key, store) ? '' : this.#markOf(store)
    const isOwn = mark === '' ? !ifMatch.startsWith(this.#mark) : ifMatch.startsWith(mark)
    if (!isOwn) {
      throw failure('CONFLICT', action, key, 'the value was moved to another shard in the meantime')
    }
    return { ...options, ifMatch: ifMatch.slice(mark.length) }
  }

  #markOf(store: Datastore<V>): string {
    const number = this.#numbers.get(store) ?? this.#numbers.size + 1
    this.#numbers.set(store, number)
    return `${this.#mark}${number}:`
  }
}
