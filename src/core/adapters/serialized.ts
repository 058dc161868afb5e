import type {
  BinaryDatastore,
  CallOptions,
  Capabilities,
  PutOptions,
  PutResult,
  RangeOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../datastore.ts'
import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Serializer } from '../serializers/serializer.ts'
import { EncodedDatastore, notDecoded, notEncoded } from './encoded.ts'

/**
 * A store of values over a store of bytes. `stat` tells the size of the stored form. Bytes that do not decode are
 * `CORRUPT`, and stay as they are.
 */
export class SerializedDatastore<T> extends EncodedDatastore<T> {
  readonly #serializer: Serializer<T>

  constructor(store: BinaryDatastore, serializer: Serializer<T>) {
    super(store)
    this.#serializer = serializer
  }

  get capabilities(): Capabilities {
    const { capabilities } = this.store
    return {
      ...capabilities,
      objects: true,
      read: { ...capabilities.read, range: false, stream: false },
      write: { ...capabilities.write, stream: false },
      batch: 'none',
      query: 'scan',
    }
  }

  get(key: Key, options?: CallOptions): Promise<T> {
    return this.gate.read('get', key, options, async () =>
      this.#decode(key, await this.store.get(key, options)),
    )
  }

  async *getStream(key: Key, options?: RangeOptions): AsyncIterable<Uint8Array> {
    this.gate.assertOpen('stream', key, options)
    throw failure('UNSUPPORTED', 'stream', key, 'the store holds values, not bytes')
  }

  async put(key: Key, value: ValueSource<T>, options?: PutOptions): Promise<PutResult> {
    this.gate.assertOpen('put', key, options)
    // The value is the caller's again as soon as this returns, so a serializer that is synchronous has read it by then.
    const encoding = this.#encode(key, value as T)
    // Its failure is heard when the put's turn comes.
    encoding.catch(() => undefined)
    return this.gate.write('put', [key], options, async () => this.store.put(key, await encoding, options))
  }

  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.gate.read('stat', key, options, () => this.store.stat(key, options))
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, () => this.store.stats(options))
  }

  async #encode(key: Key, value: T): Promise<Uint8Array> {
    try {
      return await this.#serializer.encode(value)
    } catch (cause) {
      throw notEncoded(key, cause)
    }
  }

  async #decode(key: Key, bytes: Uint8Array): Promise<T> {
    try {
      return await this.#serializer.decode(bytes)
    } catch (cause) {
      throw notDecoded(key, this.#serializer.name, cause)
    }
  }
}

/** A store of values over `store`, which it closes. */
export function serialized<T>(store: BinaryDatastore, serializer: Serializer<T>): SerializedDatastore<T> {
  return new SerializedDatastore(store, serializer)
}
