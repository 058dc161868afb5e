import { type Capabilities, Derived, weakestOf } from '../capabilities.ts'
import { ChangeQueue, follow } from '../changes/change-queue.ts'
import { stoppable } from '../changes/stoppable.ts'
import type { Change, ListOptions, ListPage, StoreStats } from '../datastore.ts'
import { failure } from '../errors.ts'
import { Key } from '../key.ts'
import { listOptionsOf } from '../list-page.ts'
import type { Call, Maybe } from '../open/call.ts'
import { commonCodecOf, Datastore, openStoreOf, ownStoreOf } from '../open/datastore.ts'
import { idInProcess } from '../open/identity.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { BranchMoved, BranchPlace, SetAside, StoreInfo } from '../open/store.ts'
import { statsOfParts } from './combine.ts'
import { overlayLevel } from './overlay-level.ts'
import { changesOf, inNames, type Place, RoutedStore } from './routed-store.ts'

/** A store and the key that it is mounted at. */
class Mount implements Place {
  readonly prefix: Key
  readonly store: OpenStore

  constructor(prefix: Key, store: OpenStore) {
    this.prefix = prefix
    this.store = store
  }

  has(key: Key): boolean {
    return this.prefix.isAncestorOf(key) || this.prefix.equals(key)
  }

  /** Of a key that this mount has. */
  below(key: Key): Key {
    return key.below(this.prefix)
  }

  readonly nameOf = (below: Key): Key => this.prefix.child(below)
}

/** A watch of a tree of mounts. It follows stores as they are mounted and unmounted. */
interface Watch {
  readonly prefix: Key
  /** The call that its calls below are part of. */
  readonly call: Call
  readonly queue: ChangeQueue
  readonly streams: Map<Mount, AsyncIterator<Change>>
}

/** Stores in one tree. A key belongs to the deepest mount above it. */
export class MountStore extends RoutedStore {
  readonly info: StoreInfo = { kind: 'mount', id: idInProcess('mount') }
  /** Deepest first, so that the first match is the right one. */
  #mounts: readonly Mount[] = []
  readonly #capabilities = new Derived<Capabilities>(() => ({
    ...weakestOf(this.#mounts.map(mount => mount.store.capabilities)),
    // The store at the mount of a key refuses the write itself.
    writable: this.#mounts.some(mount => mount.store.capabilities.writable),
    rename: 'copy',
  }))
  readonly #watches = new Set<Watch>()

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  get children(): readonly OpenStore[] {
    return this.#mounts.map(mount => mount.store)
  }

  /** Deepest first. */
  get prefixes(): readonly Key[] {
    return this.#mounts.map(mount => mount.prefix)
  }

  /** @throws DatastoreError `CONFIG_INVALID` if a store is already mounted at `prefix`. */
  mount(prefix: Key, store: OpenStore): void {
    if (this.#mounts.some(mount => mount.prefix.equals(prefix))) {
      throw failure('CONFIG_INVALID', 'mount at', prefix, 'a store is mounted there')
    }
    const mount = new Mount(prefix, store)
    this.#mounts = [...this.#mounts, mount].sort((a, b) => b.prefix.depth - a.prefix.depth)
    for (const watch of this.#watches) this.#follow(watch, mount)
    this.#resync(prefix)
  }

  /** @throws DatastoreError `CONFIG_INVALID` if no store is mounted at `prefix`. */
  unmount(prefix: Key): void {
    const mount = this.#mounts.find(each => each.prefix.equals(prefix))
    if (mount === undefined) {
      throw failure('CONFIG_INVALID', 'unmount', prefix, 'no store is mounted there')
    }
    this.#mounts = this.#mounts.filter(each => each !== mount)
    for (const { streams } of this.#watches) {
      void streams.get(mount)?.return?.()
      streams.delete(mount)
    }
    this.#resync(prefix)
  }

  protected placeOf(key: Key, action: string, isWrite: boolean): Mount | undefined {
    const mount = this.#find(key)
    if (mount === undefined && isWrite) {
      throw failure('UNSUPPORTED', action, key, 'no store is mounted above it')
    }
    return mount
  }

  #find(key: Key): Mount | undefined {
    for (const mount of this.#mounts) if (mount.has(key)) return mount
    return undefined
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    const below = this.prefixes.filter(point => prefix.isAncestorOf(point))
    const mount = this.#find(prefix)
    const list = async ({ after, limit }: ListOptions): Promise<ListPage> =>
      mount === undefined
        ? { children: [], total: 0 }
        : inNames(
            () => mount.store.list(mount.below(prefix), call.with({ ...call.options, after, limit })),
            mount.nameOf,
          )
    return overlayLevel(prefix, below, list, listOptionsOf(call))
  }

  stats(call: Call): Promise<StoreStats> {
    const mounts = new Map(this.#mounts.map(mount => [mount.store, mount]))
    return statsOfParts(
      [...mounts.values()].map(({ store, nameOf }) => ({
        stats: async () => inNames(() => store.stats(call), nameOf),
      })),
    )
  }

  sync(prefix: Key, call: Call): Promise<void> {
    return this.#eachAt(prefix, (store, below) => store.sync(below, call))
  }

  /** A mount point stays a branch, even if its store is empty. */
  prune(prefix: Key, call: Call): Promise<void> {
    return this.#eachAt(prefix, (store, below) => store.prune(below, call))
  }

  /** Moves the branch in one step if both places are in one store and no other store is mounted in the branch. */
  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    const keys = [from, to].filter(place => place instanceof Key)
    const [mount, ...others] = new Set(keys.map(key => this.#find(key)))
    const isDivided = keys.some(key =>
      this.#mounts.some(({ prefix }) => key.equals(prefix) || key.isAncestorOf(prefix)),
    )
    if (mount === undefined || others.length > 0 || isDivided) return 'unsupported'
    const below = (place: BranchPlace): BranchPlace => (place instanceof Key ? mount.below(place) : place)
    return inNames(() => mount.store.moveBranch(below(from), below(to), call), mount.nameOf)
  }

  async discardBranch(place: SetAside, call: Call): Promise<void> {
    for (const store of new Set(this.#mounts.map(mount => mount.store)))
      await store.discardBranch(place, call)
  }

  /** Makes a call on each store that a branch is in. */
  async #eachAt(prefix: Key, call: (store: OpenStore, below: Key) => Maybe<void>): Promise<void> {
    const above = this.#find(prefix)
    const within = this.#mounts.filter(each => prefix.isAncestorOf(each.prefix))
    const one = ({ store, nameOf }: Mount, below: Key) => inNames(() => call(store, below), nameOf)
    await Promise.all([above && one(above, above.below(prefix)), ...within.map(each => one(each, Key.root))])
  }

  /** Reports `resync` when a store is mounted or unmounted, since everything that it shows or hides may change. */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return stoppable(signal => this.#watch({ prefix, call }, signal), call.signal)
  }

  async *#watch(
    { prefix, call }: Pick<Watch, 'prefix' | 'call'>,
    signal: AbortSignal,
  ): AsyncIterable<Change> {
    const watch: Watch = {
      prefix,
      call: call.uncancelled.with({ recursive: call.options.recursive }),
      queue: new ChangeQueue(prefix),
      streams: new Map(),
    }
    this.#watches.add(watch)
    try {
      for (const mount of this.#mounts) this.#follow(watch, mount)
      yield* watch.queue.read(signal)
    } finally {
      this.#watches.delete(watch)
      for (const stream of watch.streams.values()) void stream.return?.()
    }
  }

  #follow({ prefix, call, queue, streams }: Watch, mount: Mount): void {
    if (!isRelated(prefix, mount.prefix)) return
    const nameOf = (below: Key): Key | undefined => {
      const own = mount.nameOf(below)
      return this.#find(own) === mount ? own : undefined
    }
    const stream = changesOf(mount.store, prefix.seenFrom(mount.prefix) ?? Key.root, nameOf, prefix, call)
    streams.set(mount, stream)
    void follow(stream, queue)
  }

  /** A store was mounted or unmounted: everything that it shows or hides may have changed. */
  #resync(point: Key): void {
    for (const { prefix, queue } of this.#watches) {
      if (isRelated(prefix, point)) queue.push({ type: 'resync', key: prefix })
    }
  }

  async close(): Promise<void> {
    for (const { queue } of this.#watches) queue.end()
  }
}

/**
 * Combines stores into one tree. A key belongs to the deepest mount above it, and is called there by the part after the
 * mount point. A mount point is a branch of the level above it, and hides what the store mounted above has there.
 */
export class MountDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #store: MountStore
  readonly #mounted = new Map<string, Datastore<V>>()

  /**
   * @param mounts Stores by the text of the key that they are mounted at; `/` for the root.
   * @throws DatastoreError `KEY_INVALID` for an invalid mount point, `CONFIG_INVALID` for two stores at the same key,
   * or for stores that encode their values differently.
   */
  constructor(mounts: Readonly<Record<string, Datastore<V>>> = {}) {
    const store = new MountStore()
    super(store, commonCodecOf(Object.values(mounts)))
    this.#store = store
    for (const [prefix, mounted] of Object.entries(mounts)) this.mount(Key.parse(prefix), mounted)
  }

  /** The keys that stores are mounted at, deepest first. */
  get mountPoints(): readonly Key[] {
    return this.#store.prefixes
  }

  /**
   * @throws DatastoreError `CONFIG_INVALID` if a store is already mounted at `prefix`, or if this store encodes its
   * values differently from the stores that were passed to the constructor.
   */
  mount(prefix: Key, store: Datastore<V>): void {
    commonCodecOf<V>([this, store])
    this.#store.mount(prefix, openStoreOf(store))
    this.#mounted.set(prefix.toString(), store)
    ownStoreOf(this).redeclare()
  }

  /**
   * Unmounts a store and returns it, still open.
   * @throws DatastoreError `CONFIG_INVALID` if no store is mounted at `prefix`.
   */
  unmount(prefix: Key): Datastore<V> {
    this.#store.unmount(prefix)
    const text = prefix.toString()
    const store = this.#mounted.get(text) as Datastore<V>
    this.#mounted.delete(text)
    ownStoreOf(this).redeclare()
    return store
  }
}

function isRelated(a: Key, b: Key): boolean {
  return a.equals(b) || a.isAncestorOf(b) || b.isAncestorOf(a)
}
