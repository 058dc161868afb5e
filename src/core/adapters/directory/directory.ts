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

/** The options of a store with directories. */
export interface DirectoryOptions {
  /**
   * The store of the members. It must hold nothing else; a `NamespaceDatastore` of any other store will do. Adding and
   * removing a member write one record, regardless of the size of the directory.
   */
  readonly members: BinaryDatastore
}

/** A store of values that is synced and closed together with the store of its directories. */
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

/** A store whose directories change only by explicit calls. */
class ByHandStore extends DirectoryStore {
  constructor(values: OpenStore, members: OpenStore) {
    super(values, members, BY_HAND)
  }

  override over([values = this.values, members = this.members]: readonly OpenStore[]): Store {
    return new ByHandStore(values, members)
  }
}

/**
 * A store with directories: ordered lists of keys that are maintained by explicit calls. A directory and its members
 * are keys like any other, whether they hold a value or not. Concurrent changes, by other processes too, are all kept.
 * The order is that of the clock, and within a process that of the calls.
 */
export class DirectoryDatastore<V = Uint8Array> extends Datastore<V> {
  readonly #members: Membership

  /**
   * @param storeOf Creates the store of the values and of the members.
   * @throws DatastoreError `CONFIG_INVALID` if members and values would share a store.
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

  /** Creates an empty directory. An existing directory stays as it is. */
  directory(directory: Key, options: CallOptions = {}): Promise<void> {
    return this.#call('make the directory', directory, options, () => this.#members.make(directory, options))
  }

  /** Appends `key` to a directory, which is created if missing. A key that is already in it keeps its place. */
  directoryAdd(directory: Key, key: Key, options: CallOptions = {}): Promise<void> {
    return this.#call('add to the directory', directory, options, async () => {
      await this.#members.add(directory, key, options)
    })
  }

  /**
   * The keys in a directory, in order, as of the time when reading began. Reads one record for each key. Rejects on the
   * first pull: `NOT_FOUND` if the directory does not exist.
   */
  async *directoryRead(directory: Key, options: CallOptions = {}): AsyncIterable<Key> {
    const action = 'read the directory'
    const keys = await this.#call(action, directory, options, () => this.#members.read(directory, options))
    for (const key of keys) {
      throwIfAborted(options.signal, action, directory)
      yield key
    }
  }

  /** @throws DatastoreError `NOT_FOUND` for a key that is not in the directory, unless `missingOk` is set. */
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
    const leave = ownStoreOf(this).enter(action, directory)
    try {
      throwIfAborted(options.signal, action, directory)
      return await work()
    } finally {
      leave()
    }
  }
}

/** Adds directories to `store`. Their members are kept in a second store. Closes both. */
export function directories<V>(store: Datastore<V>, options: DirectoryOptions): DirectoryDatastore<V> {
  return new DirectoryDatastore(store, options)
}
