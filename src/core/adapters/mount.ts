import { spanOf } from '../call-context.ts'
import { weakestOf } from '../capabilities.ts'
import { stoppable } from '../changes/stoppable.ts'
import type {
  CallOptions,
  Capabilities,
  Change,
  Datastore,
  ListOptions,
  ListPage,
  StoreStats,
} from '../datastore.ts'
import { DatastoreError, failure, NotFoundError } from '../errors.ts'
import { Key } from '../key.ts'
import { planOf } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { closeAll, statsOfParts } from './combine.ts'
import { type Mount, MountWatches } from './mount-watches.ts'
import { overlayLevel } from './overlay-level.ts'
import { type Route, RoutedDatastore, told } from './routed.ts'

/**
 * Puts stores into one tree. The deepest mount above a key has it, under what is left of the key below the mount's
 * prefix. A mount point is a branch of the level above it, and hides what the store mounted above has there.
 */
export class MountDatastore<V> extends RoutedDatastore<V> {
  /** Deepest first, so that the first that fits is the right one. */
  #mounts: readonly Mount<V>[] = []
  readonly #watches = new MountWatches<V>(key => this.#find(key))

  /**
   * @param mounts Stores by the text of the key they are mounted at; `/` for the root.
   * @throws DatastoreError `KEY_INVALID` for a prefix that is no key, `CONFIG_INVALID` for two at the same key.
   */
  constructor(mounts: Readonly<Record<string, Datastore<V>>> = {}) {
    super()
    for (const [prefix, store] of Object.entries(mounts)) this.mount(Key.parse(prefix), store)
  }

  get capabilities(): Capabilities {
    const together = weakestOf(this.#mounts.map(mount => mount.store.capabilities))
    return { ...together, rename: 'copy' }
  }

  /** The keys that stores are mounted at, deepest first. */
  get mountPoints(): readonly Key[] {
    return this.#mounts.map(mount => mount.prefix)
  }

  /** @throws DatastoreError `CONFIG_INVALID` when there is a store at `prefix` already. */
  mount(prefix: Key, store: Datastore<V>): void {
    if (this.#mounts.some(mount => mount.prefix.equals(prefix))) {
      throw new DatastoreError('CONFIG_INVALID', `Cannot mount at ${quote(prefix)}: a store is mounted there`)
    }
    const mount = { prefix, store }
    this.#mounts = [...this.#mounts, mount].sort((a, b) => b.prefix.depth - a.prefix.depth)
    this.#watches.mounted(mount)
  }

  /**
   * Takes a store out of the tree and hands it back, open.
   * @throws DatastoreError `CONFIG_INVALID` when no store is mounted at `prefix`.
   */
  unmount(prefix: Key): Datastore<V> {
    const mount = this.#mounts.find(each => each.prefix.equals(prefix))
    if (mount === undefined) {
      throw new DatastoreError('CONFIG_INVALID', `Cannot unmount ${quote(prefix)}: no store is mounted there`)
    }
    this.#mounts = this.#mounts.filter(each => each !== mount)
    this.#watches.unmounted(mount)
    return mount.store
  }

  /** False where no store is mounted above the key. */
  override has(key: Key, options?: CallOptions): Promise<boolean> {
    if (this.#find(key) !== undefined) return super.has(key, options)
    return this.gate.run('look up', key, options, async () => false)
  }

  list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    return this.gate.run('list', prefix, options, async () => {
      const below = this.#mounts.map(mount => mount.prefix).filter(point => prefix.isAncestorOf(point))
      const mount = this.#find(prefix)
      const list = (part: ListOptions) =>
        mount === undefined
          ? Promise.resolve({ children: [], total: 0 })
          : told(mount.store.list(prefix.relativeTo(mount.prefix), part), key => mount.prefix.child(key))
      return overlayLevel(prefix, below, list, options)
    })
  }

  override explainQuery(query: Query): QueryPlan {
    const isNative = this.#mounts.every(mount => mount.store.capabilities.query === 'native')
    return planOf('mount', query, () => isNative)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, async () => {
      const stores = new Map(this.#mounts.map(mount => [mount.store, mount.prefix]))
      const parts = [...stores].map(([store, prefix]) => ({
        stats: (own?: CallOptions) => told(store.stats(own), key => prefix.child(key)),
      }))
      return statsOfParts(parts, options)
    })
  }

  override sync(prefix: Key = Key.root, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', prefix, options, async () => {
      const above = this.#find(prefix)
      const within = this.#mounts.filter(each => prefix.isAncestorOf(each.prefix))
      const sync = (mount: Mount<V>, below: Key) =>
        told(mount.store.sync(below, options), key => mount.prefix.child(key))
      await Promise.all([
        above && sync(above, prefix.relativeTo(above.prefix)),
        ...within.map(each => sync(each, Key.root)),
      ])
    })
  }

  /** Where a store is mounted or unmounted meanwhile, `resync`: all that it showed or hid may be another now. */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return stoppable(signal => {
      this.gate.assertOpen('watch', prefix, options)
      return this.#watches.read(prefix, this.#mounts, signal, spanOf(options))
    }, options.signal)
  }

  close(): Promise<void> {
    this.#watches.close()
    return this.gate.close(() => closeAll(this.#mounts.map(mount => mount.store)))
  }

  protected override route(action: string, key: Key, isWrite: boolean): Route<V> {
    const mount = this.#find(key)
    if (mount === undefined) {
      if (isWrite) throw failure('UNSUPPORTED', action, key, 'no store is mounted above it')
      throw new NotFoundError(action, key)
    }
    const { prefix, store } = mount
    return { store, key: key.relativeTo(prefix), restore: below => prefix.child(below) }
  }

  #find(key: Key): Mount<V> | undefined {
    return this.#mounts.find(({ prefix }) => prefix.equals(key) || prefix.isAncestorOf(key))
  }
}

function quote(key: Key): string {
  return JSON.stringify(key.toString())
}
