import { type Capabilities, Derived } from '../capabilities.ts'
import type { Change, ListPage, StoreStats } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { countByWalk } from '../open/completion.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { StoreInfo } from '../open/store.ts'
import { changesOf, inNames, type Place, RoutedStore } from './routed-store.ts'

/** What is below `prefix` of a store, as a store. */
export class NamespaceStore extends RoutedStore implements Place {
  readonly prefix: Key
  readonly store: OpenStore
  readonly children: readonly OpenStore[]
  readonly #capabilities: Derived<Capabilities>

  constructor(store: OpenStore, prefix: Key) {
    super()
    this.store = store
    this.prefix = prefix
    this.children = [store]
    const prefixBytes = prefix.isRoot ? 0 : new TextEncoder().encode(prefix.toString()).length
    this.#capabilities = new Derived(() => {
      const { capabilities } = store
      const { limits } = capabilities
      const keyBytes = limits.keyBytes && Math.max(0, limits.keyBytes - prefixBytes)
      // Batches are made of single calls here.
      return { ...capabilities, batch: 'none', transaction: 'none', limits: { ...limits, keyBytes } }
    })
  }

  get info(): StoreInfo {
    return { kind: 'namespace', id: `namespace(${this.store.info.id},${this.prefix.toString()})` }
  }

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  over([store = this.store]: readonly OpenStore[]): NamespaceStore {
    return new NamespaceStore(store, this.prefix)
  }

  protected placeOf(): Place {
    return this
  }

  /** The root of a namespace is a key like any other below, but here it is the root, which holds no value. */
  below(key: Key): Key {
    return key.isRoot ? key : this.prefix.child(key)
  }

  readonly nameOf = (below: Key): Key | undefined =>
    this.prefix.isAncestorOf(below) ? below.relativeTo(this.prefix) : undefined

  /** What a level is called here. */
  readonly #nameOfLevel = (below: Key): Key | undefined => below.seenFrom(this.prefix)

  list(prefix: Key, call: Call): Maybe<ListPage> {
    const named = (page: ListPage): ListPage => ({
      ...page,
      children: page.children.map(child => ({ ...child, key: prefix.childOfCleanSegment(child.name) })),
    })
    const page = inNames(() => this.store.list(this.prefix.child(prefix), call), this.#nameOfLevel)
    return page instanceof Promise ? page.then(named) : named(page)
  }

  /** Counted by walking: the store's own figures are those of all its namespaces. */
  stats(call: Call): Maybe<StoreStats> {
    return inNames(() => countByWalk(this.store, this.prefix, call), this.#nameOfLevel)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return inNames(() => this.store.sync(this.prefix.child(prefix), call), this.#nameOfLevel)
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return inNames(() => this.store.prune(this.prefix.child(prefix), call), this.#nameOfLevel)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return changesOf(this.store, this.prefix.child(prefix), this.nameOf, prefix, call)
  }
}

/** Shows what is below `prefix` of a store as a store of its own: `/a` here is `<prefix>/a` there. */
export class NamespaceDatastore<V = Uint8Array> extends Datastore<V> {
  readonly prefix: Key

  constructor(store: Datastore<V>, prefix: Key) {
    super(new NamespaceStore(openStoreOf(store), prefix), commonCodecOf([store]))
    this.prefix = prefix
  }
}
