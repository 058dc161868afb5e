import { BaseDatastore } from '../base-datastore.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type {
  BinaryDatastore,
  CallOptions,
  Change,
  DeleteOptions,
  ListOptions,
  ListPage,
  RenameOptions,
} from '../datastore.ts'
import { DatastoreError, failure, messageOf, reasonOf } from '../errors.ts'
import type { Key } from '../key.ts'

/** A store whose values have another form in a store of bytes below, under the same keys. */
export abstract class EncodedDatastore<V> extends BaseDatastore<V> {
  protected readonly store: BinaryDatastore
  /** Encoding may take its time, so the store below alone could not keep call order. */
  protected readonly gate = new CallGate()

  constructor(store: BinaryDatastore) {
    super()
    this.store = store
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.gate.write('delete', [key], options, () => this.store.delete(key, options))
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.gate.read('look up', key, options, () => this.store.has(key, options))
  }

  rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.gate.write('rename', [from, to], options, () => this.store.rename(from, to, options))
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.gate.run('list', prefix, options, () => this.store.list(prefix, options))
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.gate.run('sync', prefix, options, () => this.store.sync(prefix, options))
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.store.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.gate.close(() => this.store.close())
  }
}

/** Why a value cannot be stored: `VALUE_INVALID`, or what the format itself says of this platform. */
export function notEncoded(key: Key, cause: unknown): DatastoreError {
  if (cause instanceof DatastoreError) return failure(cause.code, 'put', key, reasonOf(cause), cause)
  return failure('VALUE_INVALID', 'put', key, messageOf(cause), cause)
}

/** Why stored bytes cannot be read: `CORRUPT`, or what the format itself says of this platform. */
export function notDecoded(key: Key, format: string, cause: unknown): DatastoreError {
  if (cause instanceof DatastoreError) return failure(cause.code, 'get', key, reasonOf(cause), cause)
  return failure('CORRUPT', 'get', key, `its bytes are no ${format} (${messageOf(cause)})`, cause)
}
