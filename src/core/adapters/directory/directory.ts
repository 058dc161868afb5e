import { Lifecycle } from '../../concurrency/lifecycle.ts'
import type { BinaryDatastore, CallOptions, Capabilities, Datastore, DeleteOptions } from '../../datastore.ts'
import { DatastoreError, throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { ForwardingDatastore } from '../forwarding.ts'
import { Membership } from './membership.ts'

/** What a store with directories needs besides the values. */
export interface DirectoryOptions {
  /**
   * Where the members are kept: a store that holds nothing else, such as a `NamespaceDatastore` of any other. Adding
   * and removing cost one record, whatever the size of the directory.
   */
  readonly members: BinaryDatastore
}

/**
 * A store with directories: lists of keys, in the order they were added, that are kept by hand. A directory and its
 * members are keys like any other, whether they hold a value or not. Changes made at the same time, by other processes
 * too, are all kept; the order is that of the clock, and that of the calls within a process.
 */
export class DirectoryDatastore<V> extends ForwardingDatastore<V> {
  readonly #members: Membership
  readonly #lifecycle = new Lifecycle()

  /** @throws DatastoreError `CONFIG_INVALID` when members and values would share a store. */
  constructor(store: Datastore<V>, { members }: DirectoryOptions) {
    super(store)
    if ((members as unknown) === store) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a directory store: its members need a store of their own, such as a namespace of another one',
      )
    }
    this.#members = new Membership(members)
  }

  override get capabilities(): Capabilities {
    const { capabilities } = this.child
    return { ...capabilities, durable: capabilities.durable && this.#members.store.capabilities.durable }
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

  override async sync(prefix?: Key, options?: CallOptions): Promise<void> {
    await Promise.all([this.child.sync(prefix, options), this.#members.store.sync(undefined, options)])
  }

  override close(): Promise<void> {
    // The store refuses calls from now on; members are needed until its last call has ended.
    const below = this.child.close()
    return this.#lifecycle.close(async () => {
      const [outcome] = await Promise.allSettled([below])
      await this.#members.store.close()
      if (outcome.status === 'rejected') throw outcome.reason
    })
  }

  #call<T>(action: string, directory: Key, options: CallOptions, work: () => Promise<T>): Promise<T> {
    return this.#lifecycle.run(action, directory, () => {
      throwIfAborted(options.signal, action, directory)
      return work()
    })
  }
}

/** Gives `store` directories; who is in them is kept in a store of its own. Closes both. */
export function directories<V>(store: Datastore<V>, options: DirectoryOptions): DirectoryDatastore<V> {
  return new DirectoryDatastore(store, options)
}
