import type { Capabilities } from '../../capabilities.ts'
import type { BinaryDatastore, CallOptions, DeleteOptions } from '../../datastore.ts'
import { DatastoreError, throwIfAborted } from '../../errors.ts'
import { Key } from '../../key.ts'
import { type Layer, LayeredStore, TRANSPARENT } from '../../layers/layer.ts'
import type { Call } from '../../open/call.ts'
import { commonCodecOf, Datastore, openStoreOf, ownStoreOf } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Store } from '../../open/store.ts'
import { Membership } from './membership.ts'

/** What a store with directories needs besides the values. */
export interface DirectoryOptions {
  /**
   * Where the members are kept: a store that holds nothing else, such as a `NamespaceDatastore` of any other. Adding
   * and removing cost one record, whatever the size of the directory.
   */
  readonly members: BinaryDatastore
}

/** The values of one store, which is synced and closed together with the store of its directories. */
export class DirectoryStore extends LayeredStore {
  protected values: OpenStore
  protected members: OpenStore

  /** @param layer Names the store, and says whether calls on values also change directories. */
  constructor(values: OpenStore, members: OpenStore, layer: Layer) {
    super(values, layer)
    this.values = values
    this.members = members
  }

  override get capabilities(): Capabilities {
    const capabilities = super.capabilities
    return { ...capabilities, durable: capabilities.durable && this.members.capabilities.durable }
  }

  override get children(): readonly OpenStore[] {
    return [this.values, this.members]
  }

  override async sync(prefix: Key, call: Call): Promise<void> {
    await Promise.all([this.values.sync(prefix, call), this.members.sync(Key.root, call)])
  }

  override rewire(children: readonly OpenStore[]): void {
    super.rewire(children)
    const [values = this.values, members = this.members] = children
    this.values = values
    this.members = members
  }
}

/** Calls on values change no directory. */
const BY_HAND: Layer = { ...TRANSPARENT, name: 'directory' }

/** Its directories change by calls of their own alone. */
class ByHandStore extends DirectoryStore {
  constructor(values: OpenStore, members: OpenStore) {
    super(values, members, BY_HAND)
  }

  override over([values = this.values, members = this.members]: readonly OpenStore[]): Store {
    return new ByHandStore(values, members)
  }
}

/**
 * A store with directories: lists of keys, in the order they were added, that are kept by hand. A directory and its
 * members are keys like any other, whether they hold a value or not. Changes made at the same time, by other processes
 * too, are all kept; the order is that of the clock, and that of the calls within a process.
 */
export class DirectoryDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #members: Membership

  /**
   * @param storeOf Makes the store of the values and of the members.
   * @throws DatastoreError `CONFIG_INVALID` when members and values would share a store.
   */
  constructor(
    store: Datastore<V>,
    { members }: DirectoryOptions,
    storeOf = (values: OpenStore, records: OpenStore): Store => new ByHandStore(values, records),
  ) {
    const values = openStoreOf(store)
    const records = openStoreOf(members)
    if (records === values) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a directory store: its members need a store of their own, such as a namespace of another one',
      )
    }
    super(storeOf(values, records), commonCodecOf([store]))
    this.#members = new Membership(members)
  }

  /** Makes a directory, empty; leaves one that is there as it is. */
  directory(directory: Key, options: CallOptions = {}): Promise<void> {
    return this.#call('make the directory', directory, options, () => this.#members.make(directory, options))
  }

  /** Puts `key` last in a directory, which is made where there is none. A key that is in it keeps its place. */
  directoryAdd(directory: Key, key: Key, options: CallOptions = {}): Promise<void> {
    return this.#call('add to the directory', directory, options, async () => {
      await this.#members.add(directory, key, options)
    })
  }

  /**
   * The keys in a directory, in order, as they were when the reading began. Costs a record of each; rejects on the
   * first pull: `NOT_FOUND` where there is no directory.
   */
  async *directoryRead(directory: Key, options: CallOptions = {}): AsyncIterable<Key> {
    const action = 'read the directory'
    const keys = await this.#call(action, directory, options, () => this.#members.read(directory, options))
    for (const key of keys) {
      throwIfAborted(options.signal, action, directory)
      yield key
    }
  }

  /** @throws DatastoreError `NOT_FOUND` for a key that is not in the directory, unless `missingOk`. */
  directoryRemove(
    directory: Key,
    key: Key,
    options: Pick<DeleteOptions, 'missingOk' | 'signal'> = {},
  ): Promise<void> {
    return this.#call('remove from the directory', directory, options, () =>
      this.#members.remove(directory, key, options),
    )
  }

  async #call<T>(action: string, directory: Key, options: CallOptions, work: () => Promise<T>): Promise<T> {
    const leave = ownStoreOf(this as Datastore<unknown>).enter(action, directory)
    try {
      throwIfAborted(options.signal, action, directory)
      return await work()
    } finally {
      leave()
    }
  }
}

/** Gives `store` directories, whose members are kept in a store of its own. Closes both. */
export function directories<V>(store: Datastore<V>, options: DirectoryOptions): DirectoryDatastore<V> {
  return new DirectoryDatastore(store, options)
}
