import type { CallOptions } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { Layer } from '../../layers/layer.ts'
import type { Call, Maybe } from '../../open/call.ts'
import { Datastore } from '../../open/datastore.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Payload } from '../../open/payload.ts'
import type { Moved, Removed, Store, Written } from '../../open/store.ts'
import { DirectoryDatastore, type DirectoryOptions, DirectoryStore } from './directory.ts'
import { Membership } from './membership.ts'

const RECORDING: Layer = { name: 'directory-tree', delays: true }

/** Records every key with a value in the directory of its parent: before the put, and until after the delete. */
class RecordingStore extends DirectoryStore {
  constructor(values: OpenStore, members: OpenStore) {
    super(values, members, RECORDING)
  }

  override write(key: Key, value: Payload, call: Call): Promise<Written> {
    return this.#recorded(
      key,
      call,
      () => super.write(key, value, call),
      written => written.refused === undefined,
    )
  }

  override async remove(key: Key, call: Call): Promise<Removed> {
    const removed = await super.remove(key, call)
    if (removed !== 'changed') await this.#forget(key, call)
    return removed
  }

  override async move(from: Key, to: Key, call: Call): Promise<Moved> {
    if (from.equals(to)) return super.move(from, to, call)
    const isMoved = (answer: Moved) => answer === 'moved'
    const moved = await this.#recorded(to, call, () => super.move(from, to, call), isMoved)
    if (isMoved(moved)) await this.#forget(from, call)
    return moved
  }

  override over([values = this.values, members = this.members]: readonly OpenStore[]): Store {
    return new RecordingStore(values, members)
  }

  get #membership(): Membership {
    return new Membership(new Datastore(this.members))
  }

  async #recorded<T>(key: Key, call: Call, work: () => Maybe<T>, isDone: (answer: T) => boolean): Promise<T> {
    const isNew = await this.#membership.add(key.parent, key, { span: call.span })
    let hasValue = !isNew
    try {
      const answer = await work()
      hasValue ||= isDone(answer)
      return answer
    } finally {
      // If this fails too, a record of a key without a value remains. Such a record is not shown.
      if (!hasValue) await this.#forgetAbsent(key, call).catch(() => undefined)
    }
  }

  async #forgetAbsent(key: Key, call: Call): Promise<void> {
    if (!(await this.values.has(key, call.uncancelled))) await this.#forget(key, call)
  }

  #forget(key: Key, { span }: Call): Promise<void> {
    return this.#membership.remove(key.parent, key, { span, missingOk: true })
  }
}

/**
 * A store that maintains its directories itself: a key is added to the directory of its parent when it is put, and
 * removed when it is deleted or renamed. A directory shows only members that hold a value. A key that was put directly
 * into the store below is in no directory until it is put again.
 */
export class DirectoryTreeDatastore<V = Uint8Array> extends DirectoryDatastore<V> {
  constructor(store: Datastore<V>, options: DirectoryOptions) {
    super(store, options, (values, members) => new RecordingStore(values, members))
  }

  override async *directoryRead(directory: Key, options?: CallOptions): AsyncIterable<Key> {
    for await (const key of super.directoryRead(directory, options)) {
      if (await this.has(key, options)) yield key
    }
  }
}

/** Keeps the keys of `store` in directories by parent, in the order in which they were added. Closes both stores. */
export function directoryTree<V>(store: Datastore<V>, options: DirectoryOptions): DirectoryTreeDatastore<V> {
  return new DirectoryTreeDatastore(store, options)
}
