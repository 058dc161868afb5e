import { assertBytes, chunksOf, clampRange, collectBytes, ownCopy } from '../../bytes.ts'
import { contextOf } from '../../call-context.ts'
import type {
  BinaryDatastore,
  ByteSource,
  CallOptions,
  Capabilities,
  GetOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../../datastore.ts'
import { DatastoreError, throwIfAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { withoutSizes } from '../../list-page.ts'
import { refuseContradiction } from '../../preconditions.ts'
import { planOf } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { streamFromFirst } from '../../stream-from-first.ts'
import { EncodedDatastore, notDecoded, notEncoded } from '../encoded.ts'
import { WatchedSource } from '../watched-source.ts'
import { cutRange } from './cut-range.ts'
import { KnownSizes } from './known-sizes.ts'

/**
 * A store of bytes that are kept in another form below: compressed, encrypted. Values stream through in bounded memory
 * where the transform and the store below can (`capabilities.read.stream`). Bytes that do not decode are `CORRUPT`, and
 * stay as they are; a stream of them fails when it comes to the broken place.
 *
 * All that is told is told of the decoded value, so two things cost more than below: `stat` of a version that was not
 * put or counted here before decodes it once for its size, and a range is decoded from the beginning. A listing tells
 * no sizes, and `stats` no bytes; ask the store below for those of the stored form.
 */
export class TransformedDatastore extends EncodedDatastore<Uint8Array> {
  readonly #transform: ByteTransform
  readonly #sizes = new KnownSizes()

  constructor(store: BinaryDatastore, transform: ByteTransform) {
    super(store)
    this.#transform = transform
  }

  get capabilities(): Capabilities {
    const below = this.store.capabilities
    const isStreaming =
      this.#transform.encodeStream !== undefined && this.#transform.decodeStream !== undefined
    // Sizes are not those of the store below.
    const query = below.query === 'native' ? 'partial' : below.query
    return {
      ...below,
      read: { ...below.read, range: false, stream: below.read.stream && isStreaming },
      write: { ...below.write, stream: below.write.stream && isStreaming },
      query,
      batch: 'none',
    }
  }

  get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    return this.gate.read('get', key, options, async () => {
      const stored = await this.store.get(key, options)
      try {
        return await this.#transform.decode(stored)
      } catch (cause) {
        throw notDecoded(key, this.#transform.name, cause)
      }
    })
  }

  getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    return this.gate.readStream('get', key, options, async () => {
      const range = clampRange(options, Number.MAX_SAFE_INTEGER)
      return cutRange(await this.#decoded(key, options), range)
    })
  }

  async put(key: Key, value: ValueSource<Uint8Array>, options: PutOptions = {}): Promise<PutResult> {
    this.gate.assertOpen('put', key, options)
    refuseContradiction(options)
    assertBytes(value)
    const kept = ownCopy(value)
    return this.gate.write('put', [key], options, async () => {
      const { etag, size } =
        kept instanceof Uint8Array || this.#transform.encodeStream === undefined
          ? await this.#putWhole(key, kept, options)
          : await this.#putStream(key, new WatchedSource(chunksOf(kept, key, options.signal)), options)
      this.#sizes.set(key, etag, size)
      return { etag }
    })
  }

  /** Of the decoded value; its times and its etag are those of the stored form. */
  stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.gate.read('stat', key, options, async () => {
      for (;;) {
        const stat = await this.store.stat(key, options)
        const size = this.#sizes.get(key, stat.etag) ?? (await this.#count(key, options))
        const { etag } = await this.store.stat(key, options)
        // Another process may have put another version meanwhile.
        if (etag !== stat.etag) continue
        this.#sizes.set(key, etag, size)
        return { ...stat, size }
      }
    })
  }

  override async list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return withoutSizes(await super.list(prefix, options))
  }

  override explainQuery(query: Query): QueryPlan {
    const isNative = this.store.capabilities.query === 'native'
    return planOf('transformed', query, clause => isNative && !/\.(size|value)$/.test(clause))
  }

  /** Counts the entries; how many bytes they are decoded, nobody knows. */
  stats(options?: CallOptions): Promise<StoreStats> {
    return this.gate.run('count', undefined, options, async () => {
      const { entries, accuracy } = await this.store.stats(options)
      return { entries, accuracy }
    })
  }

  async #putWhole(
    key: Key,
    value: Uint8Array | ByteSource,
    options: PutOptions,
  ): Promise<{ readonly etag: string; readonly size: number }> {
    const bytes = value instanceof Uint8Array ? value : await collectBytes(value, key, options.signal)
    const stored = await this.#encode(key, bytes)
    const { etag } = await this.store.put(key, stored, options)
    return { etag, size: bytes.length }
  }

  async #putStream(
    key: Key,
    source: WatchedSource,
    options: PutOptions,
  ): Promise<{ readonly etag: string; readonly size: number }> {
    const stored = this.#transform.encodeStream?.(source.chunks()) ?? source.chunks()
    try {
      const { etag } = await this.store.put(key, stored, options)
      return { etag, size: source.bytes }
    } catch (error) {
      if (source.failure !== undefined) throw source.failure.error
      // What speaks of no key comes from the transform.
      throw error instanceof DatastoreError && error.key === undefined ? notEncoded(key, error) : error
    }
  }

  async #encode(key: Key, bytes: Uint8Array): Promise<Uint8Array> {
    try {
      return await this.#transform.encode(bytes)
    } catch (cause) {
      throw notEncoded(key, cause)
    }
  }

  async #count(key: Key, options: CallOptions | undefined): Promise<number> {
    let size = 0
    // The size is to be that of the version which `stat` speaks of.
    for await (const chunk of await this.#decoded(key, { ...options, fresh: true })) size += chunk.length
    return size
  }

  /** The decoded value of the version that is there now, whatever is put while it is read. */
  async #decoded(key: Key, options: GetOptions): Promise<AsyncIterable<Uint8Array>> {
    const { fresh } = options
    const chunks = this.store.getStream(key, { ...contextOf(options), fresh })[Symbol.asyncIterator]()
    const first = await chunks.next()
    return this.#decode(key, new WatchedSource(streamFromFirst(first, chunks)), options.signal)
  }

  async *#decode(
    key: Key,
    source: WatchedSource,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Uint8Array> {
    const decoded = this.#transform.decodeStream?.(source.chunks()) ?? this.#decodeWhole(key, source, signal)
    try {
      for await (const chunk of decoded) {
        throwIfAborted(signal, 'get', key)
        yield chunk
      }
    } catch (cause) {
      throwIfAborted(signal, 'get', key)
      throw source.failure === undefined ? notDecoded(key, this.#transform.name, cause) : source.failure.error
    }
  }

  async *#decodeWhole(
    key: Key,
    source: WatchedSource,
    signal: AbortSignal | undefined,
  ): AsyncIterable<Uint8Array> {
    yield await this.#transform.decode(await collectBytes(source.chunks(), key, signal))
  }
}

/** A store of bytes over `store`, which it closes, that keeps them as `transform` encodes them. */
export function transformed(store: BinaryDatastore, transform: ByteTransform): TransformedDatastore {
  return new TransformedDatastore(store, transform)
}
