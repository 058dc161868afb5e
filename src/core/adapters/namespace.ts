import { mapChanges } from '../changes/map-changes.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  ListOptions,
  ListPage,
  StoreStats,
} from '../datastore.ts'
import { Key } from '../key.ts'
import { planOf } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { countTree } from './count-tree.ts'
import { type Route, RoutedDatastore, told } from './routed.ts'

/** Shows what is below `prefix` of a store as a store of its own: `/a` here is `<prefix>/a` there. */
export class NamespaceDatastore<V> extends RoutedDatastore<V> {
  readonly prefix: Key
  readonly #store: Datastore<V>

  constructor(store: Datastore<V>, prefix: Key) {
    super()
    this.#store = store
    this.prefix = prefix
  }

  get capabilities(): Capabilities {
    // Batches are made of single calls here.
    return { ...this.#store.capabilities, batch: 'none' }
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.gate.run('list', prefix, options, async () => {
      const page = await told(this.#store.list(this.prefix.child(prefix), options), this.#named)
      return {
        ...page,
        children: page.children.map(child => ({ ...child, key: prefix.childOfCleanSegment(child.name) })),
      }
    })
  }

  override explainQuery(query: Query): QueryPlan {
    const isNative = this.#store.capabilities.query === 'native'
    return planOf('namespace', query, () => isNative)
  }

  /** Counted by walking: the store's own figures are those of all its namespaces. */
  stats(options: CallOptions = {}): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () =>
      told(countTree(this.#store, this.prefix, options), this.#named),
    )
  }

  override sync(prefix: Key = Key.root, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', prefix, options, async () => {
      await told(this.#store.sync(this.prefix.child(prefix), options), this.#named)
    })
  }

  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    const source = { store: this.#store, prefix: this.prefix.child(prefix), restore: this.#restore }
    return mapChanges(source, prefix, options)
  }

  close(): Promise<void> {
    return this.gate.close(() => this.#store.close())
  }

  protected override route(_action: string, key: Key): Route<V> {
    // The root of a namespace is a key like any other below, but here it is the root, which holds no value.
    const below = key.isRoot ? key : this.prefix.child(key)
    return { store: this.#store, key: below, restore: this.#restore }
  }

  readonly #restore = (key: Key): Key | undefined =>
    this.prefix.isAncestorOf(key) ? key.relativeTo(this.prefix) : undefined

  /** What a level is called here. */
  readonly #named = (key: Key): Key | undefined => (key.equals(this.prefix) ? Key.root : this.#restore(key))
}
