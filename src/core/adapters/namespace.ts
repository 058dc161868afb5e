import { type Capabilities, Derived } from '../capabilities.ts'
import type { Change, ListPage, StoreStats } from '../datastore.ts'
import { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { countByWalk } from '../open/completion.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { BranchFolder, BranchMoved, BranchPlace, SetAside, StoreInfo } from '../open/store.ts'
import { changesOf, inNames, type Place, RoutedStore } from './routed-store.ts'

/** The keys below `prefix` of a store, as a store of their own. */
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
      // Batches consist of single calls here.
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

  /** The root of a namespace is an ordinary key below. Here it is the root, which holds no value. */
  below(key: Key): Key {
    return key.isRoot ? key : this.prefix.child(key)
  }

  readonly nameOf = (below: Key): Key | undefined =>
    this.prefix.isAncestorOf(below) ? below.relativeTo(this.prefix) : undefined

  /** The name of a level here. */
  readonly #nameOfLevel = (below: Key): Key | undefined => below.seenFrom(this.prefix)

  list(prefix: Key, call: Call): Maybe<ListPage> {
    const named = (page: ListPage): ListPage => ({
      ...page,
      children: page.children.map(child => ({ ...child, key: prefix.childOfCleanSegment(child.name) })),
    })
    const page = inNames(() => this.store.list(this.prefix.child(prefix), call), this.#nameOfLevel)
    return page instanceof Promise ? page.then(named) : named(page)
  }

  /** Counts by walking: the figures of the store below include its other namespaces. */
  stats(call: Call): Maybe<StoreStats> {
    return inNames(() => countByWalk(this.store, this.prefix, call), this.#nameOfLevel)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return inNames(() => this.store.sync(this.prefix.child(prefix), call), this.#nameOfLevel)
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return inNames(() => this.store.prune(this.prefix.child(prefix), call), this.#nameOfLevel)
  }

  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    return inNames(
      () => this.store.moveBranch(this.#placeBelow(from), this.#placeBelow(to), call),
      this.#nameOfLevel,
    )
  }

  discardBranch(place: SetAside, call: Call): Maybe<void> {
    return this.store.discardBranch(place, call)
  }

  branchFolder(place: BranchPlace, call: Call): Maybe<BranchFolder | undefined> {
    return inNames(() => this.store.branchFolder(this.#placeBelow(place), call), this.#nameOfLevel)
  }

  #placeBelow(place: BranchPlace): BranchPlace {
    return place instanceof Key ? this.prefix.child(place) : place
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return changesOf(this.store, this.prefix.child(prefix), this.nameOf, prefix, call)
  }
}

/** Shows the keys below `prefix` of a store as a store of their own: `/a` here is `<prefix>/a` there. */
export class NamespaceDatastore<V = Uint8Array> extends Datastore<V> {
  readonly prefix: Key

  constructor(store: Datastore<V>, prefix: Key) {
    super(new NamespaceStore(openStoreOf(store), prefix), commonCodecOf([store]))
    this.prefix = prefix
  }
}
