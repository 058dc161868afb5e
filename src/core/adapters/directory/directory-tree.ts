import { spanOf } from '../../call-context.ts'
import type { CallOptions, Datastore } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { DelayingDatastore } from '../delaying.ts'
import type { Call } from '../intercepted.ts'
import { DirectoryDatastore, type DirectoryOptions } from './directory.ts'
import { Membership } from './membership.ts'

/** Records every key with a value in the directory of its parent: before it is put, and until after it is deleted. */
class RecordingDatastore<V> extends DelayingDatastore<V> {
  readonly #members: Membership

  constructor(child: Datastore<V>, members: Membership) {
    super(child)
    this.#members = members
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const { verb, key, to } = call
    const context = spanOf(call.options)
    if (verb === 'put') return this.#recorded(key, context, run)
    if (verb === 'rename' && to !== undefined && !to.equals(key)) {
      const done = await this.#recorded(to, context, run)
      await this.#forget(key, context)
      return done
    }
    const done = await run({})
    if (verb === 'delete') await this.#forget(key, context)
    return done
  }

  protected override delayStream<T>(
    _call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    return run({})
  }

  async #recorded<T>(key: Key, context: CallOptions, run: (options: CallOptions) => Promise<T>): Promise<T> {
    // The root holds no value, which the store below says.
    if (key.isRoot) return run({})
    const isNew = await this.#members.add(key.parent, key, context)
    try {
      return await run({})
    } catch (error) {
      // What remains if this fails too is a record of a key without a value, which is not shown.
      if (isNew) await this.#forgetAbsent(key, context).catch(() => undefined)
      throw error
    }
  }

  async #forgetAbsent(key: Key, context: CallOptions): Promise<void> {
    if (!(await this.child.has(key, context))) await this.#forget(key, context)
  }

  #forget(key: Key, context: CallOptions): Promise<void> {
    return this.#members.remove(key.parent, key, { ...context, missingOk: true })
  }
}

/**
 * A store whose directories keep themselves: each key that is put is added to the directory of its parent, and removed
 * when it is deleted or renamed. A directory shows members that hold a value only; what was put past this store is in
 * none until it is put again.
 */
export class DirectoryTreeDatastore<V> extends DirectoryDatastore<V> {
  constructor(store: Datastore<V>, options: DirectoryOptions) {
    super(new RecordingDatastore(store, new Membership(options.members)), options)
  }

  override async *directoryRead(directory: Key, options?: CallOptions): AsyncIterable<Key> {
    for await (const key of super.directoryRead(directory, options)) {
      if (await this.child.has(key, options)) yield key
    }
  }
}

/** Keeps the keys of `store` in directories by their parents, in the order they came. Closes both stores. */
export function directoryTree<V>(store: Datastore<V>, options: DirectoryOptions): DirectoryTreeDatastore<V> {
  return new DirectoryTreeDatastore(store, options)
}
