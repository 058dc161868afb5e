import { mapChanges } from '../../changes/map-changes.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  ListOptions,
  ListPage,
  StoreStats,
} from '../../datastore.ts'
import { failure } from '../../errors.ts'
import { Key } from '../../key.ts'
import { planOf } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { countTree } from '../count-tree.ts'
import { type Route, RoutedDatastore, told } from '../routed.ts'
import { listThroughLevel } from './list-through-level.ts'
import { listThroughWalk } from './list-through-walk.ts'

/** How keys of the caller and keys of the store below stand for each other. */
export interface KeyTransform {
  /** The key below for a key of the caller. */
  to(key: Key): Key
  /** The caller's key for a key below; `undefined` for one that no key of the caller goes to. */
  from(key: Key): Key | undefined
  /**
   * `to` changes no segment's place, and names keep their order: a level here is a level there. Default false; then
   * a listing has to walk the whole store below.
   */
  readonly keepsLevels?: boolean | undefined
  /** Several keys of the caller may go to one key below. */
  readonly manyToOne?: boolean | undefined
}

/**
 * Keeps values under other keys than the caller's. A key below that the transform does not lead back from is
 * invisible here: it is neither listed nor counted.
 */
export class KeyTransformDatastore<V> extends RoutedDatastore<V> {
  readonly #store: Datastore<V>
  readonly #transform: KeyTransform

  constructor(store: Datastore<V>, transform: KeyTransform) {
    super()
    this.#store = store
    this.#transform = transform
  }

  get capabilities(): Capabilities {
    const below = this.#store.capabilities
    const { keepsLevels = false, manyToOne = false } = this.#transform
    return {
      ...below,
      batch: 'none',
      list: keepsLevels ? below.list : 'store',
      query: keepsLevels ? below.query : 'scan',
      manyToOne: manyToOne || below.manyToOne,
    }
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.gate.run('list', prefix, options, async () => {
      const list = this.#transform.keepsLevels === true ? listThroughLevel : listThroughWalk
      // Whatever level below was to be listed, it was for this one.
      return told(list(this.#store, prefix, this.#transform, options), () => prefix)
    })
  }

  override explainQuery(query: Query): QueryPlan {
    const isNative = this.capabilities.query === 'native'
    return planOf('key-transform', query, () => isNative)
  }

  stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => countTree(this, Key.root, options))
  }

  override sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', undefined, options, async () => {
      await this.#store.sync(undefined, options)
    })
  }

  /** Where a level here is none there, all that changes in the store below is looked at. */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    const { keepsLevels = false } = this.#transform
    const below = keepsLevels && !prefix.isRoot ? this.#transform.to(prefix) : Key.root
    const restore = (key: Key): Key | undefined => {
      const own = key.isRoot ? undefined : this.#transform.from(key)
      const isWatched = keepsLevels || own?.equals(prefix) === true || (own && prefix.isAncestorOf(own))
      return isWatched === true ? own : undefined
    }
    return mapChanges({ store: this.#store, prefix: below, restore }, prefix, options)
  }

  close(): Promise<void> {
    return this.gate.close(() => this.#store.close())
  }

  protected override route(action: string, key: Key): Route<V> {
    const below = key.isRoot ? key : this.#transform.to(key)
    if (below.isRoot && !key.isRoot) {
      throw failure('KEY_INVALID', action, key, 'the key transform answers the root, which holds no value')
    }
    return {
      store: this.#store,
      key: below,
      restore: other => (other.equals(below) ? key : this.#transform.from(other)),
    }
  }
}
