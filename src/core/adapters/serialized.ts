import { BaseDatastore } from '../base-datastore.ts'
import { CallGate } from '../concurrency/call-gate.ts'
import type {
  BinaryDatastore,
  CallOptions,
  Capabilities,
  Change,
  DeleteOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { failure, messageOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Serializer } from '../serializers/serializer.ts'

/**
 * A store of values over a store of bytes. `stat` tells the size of the stored form. Bytes that do not decode are
 * `CORRUPT`, and stay as they are.
 */
export class SerializedDatastore<T> extends BaseDatastore<T> {
  readonly #store: BinaryDatastore
  readonly #serializer: Serializer<T>
  /** Encoding may take its time, so the store below alone could not keep call order. */
  readonly #gate = new CallGate()

  constructor(store: BinaryDatastore, serializer: Serializer<T>) {
    super()
    this.#store = store
    this.#serializer = serializer
  }

  get capabilities(): Capabilities {
    return { ...this.#store.capabilities, streams: false, atomicBatch: false, query: 'scan' }
  }

  get(key: Key, options?: CallOptions): Promise<T> {
    return this.#gate.read('get', key, options, async () =>
      this.#decode(key, await this.#store.get(key, options)),
    )
  }

  async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    this.#gate.assertOpen('stream', key, options)
    throw failure('UNSUPPORTED', 'stream', key, 'the store holds values, not bytes')
  }

  async put(key: Key, value: ValueSource<T>, options?: PutOptions): Promise<PutResult> {
    this.#gate.assertOpen('put', key, options)
    // The value is the caller's again as soon as this returns, so a serializer that is synchronous has read it by then.
    const encoding = this.#encode(key, value as T)
    // Its failure is heard when the put's turn comes.
    encoding.catch(() => undefined)
    return this.#gate.write('put', [key], options, async () => this.#store.put(key, await encoding, options))
  }

  delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#gate.write('delete', [key], options, () => this.#store.delete(key, options))
  }

  has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#gate.read('look up', key, options, () => this.#store.has(key, options))
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#gate.read('stat', key, options, () => this.#store.stat(key, options))
  }

  rename(from: Key, to: Key, options?: RenameOptions): Promise<void> {
    return this.#gate.write('rename', [from, to], options, () => this.#store.rename(from, to, options))
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.#gate.run('list', prefix, options, () => this.#store.list(prefix, options))
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.#gate.run('count', undefined, options, () => this.#store.stats(options))
  }

  override sync(prefix?: Key, options?: CallOptions): Promise<void> {
    return this.#gate.run('sync', prefix, options, () => this.#store.sync(prefix, options))
  }

  override watch(prefix: Key, options?: CallOptions): AsyncIterable<Change> {
    return this.#store.watch(prefix, options)
  }

  close(): Promise<void> {
    return this.#gate.close(() => this.#store.close())
  }

  async #encode(key: Key, value: T): Promise<Uint8Array> {
    try {
      return await this.#serializer.encode(value)
    } catch (cause) {
      throw failure('VALUE_INVALID', 'put', key, messageOf(cause), cause)
    }
  }

  async #decode(key: Key, bytes: Uint8Array): Promise<T> {
    try {
      return await this.#serializer.decode(bytes)
    } catch (cause) {
      throw failure(
        'CORRUPT',
        'get',
        key,
        `its bytes are no ${this.#serializer.name} (${messageOf(cause)})`,
        cause,
      )
    }
  }
}

/** A store of values over `store`, which it closes. */
export function serialized<T>(store: BinaryDatastore, serializer: Serializer<T>): SerializedDatastore<T> {
  return new SerializedDatastore(store, serializer)
}
