import { untilAborted } from '../concurrency/abortable.ts'
import type {
  Batch,
  CallOptions,
  Capabilities,
  Datastore,
  DeleteOptions,
  KeySource,
  PairSource,
  PutOptions,
  PutResult,
  RenameOptions,
  ValueSource,
} from '../datastore.ts'
import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import { ForwardingDatastore } from './forwarding.ts'
import { GuardedBatch } from './guarded-batch.ts'

/** Refuses every write with `READ_ONLY` while it is locked. Reads pass untouched. */
export class LockableDatastore<V> extends ForwardingDatastore<V> {
  isLocked: boolean

  constructor(child: Datastore<V>, isLocked = true) {
    super(child)
    this.isLocked = isLocked
  }

  override get capabilities(): Capabilities {
    const below = this.child.capabilities
    return this.isLocked && below.writable ? { ...below, writable: false } : below
  }

  override async put(key: Key, value: ValueSource<V>, options?: PutOptions): Promise<PutResult> {
    this.#assertUnlocked('put', key)
    return this.child.put(key, value, options)
  }

  override async putNew(prefix: Key, value: ValueSource<V>, options?: CallOptions): Promise<Key> {
    this.#assertUnlocked('put below', prefix)
    return this.child.putNew(prefix, value, options)
  }

  override async delete(key: Key, options?: DeleteOptions): Promise<void> {
    this.#assertUnlocked('delete', key)
    return this.child.delete(key, options)
  }

  override async rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    this.#assertUnlocked('rename', from)
    return this.child.rename(from, to, options)
  }

  override async *putMany(pairs: PairSource<V>, options: CallOptions = {}): AsyncIterable<Key> {
    for await (const { key, value } of untilAborted(pairs, options.signal, 'put')) {
      await this.put(key, value, options)
      yield key
    }
  }

  override async *deleteMany(keys: KeySource, options: CallOptions = {}): AsyncIterable<Key> {
    for await (const key of untilAborted(keys, options.signal, 'delete')) {
      await this.delete(key, { ...options, missingOk: true })
      yield key
    }
  }

  override batch(): Batch<V> {
    return new GuardedBatch(this.child.batch(), (action, key) => this.#assertUnlocked(action, key))
  }

  #assertUnlocked(action: string, key: Key): void {
    if (this.isLocked) throw failure('READ_ONLY', action, key, 'the store is read-only')
  }
}
