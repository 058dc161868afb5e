import { chunksOf, clampRange, collectUpTo, cutRange, piecesOf } from '../bytes.ts'
import type { Capabilities } from '../capabilities.ts'
import type { BinaryDatastore, Change, ListPage, Stat, StoreStats, ValueVersion } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { SearchableKeys } from '../key-index/search/searchable-keys.ts'
import { withoutSizes } from '../list-page.ts'
import { Call, type Maybe } from '../open/call.ts'
import { notDecoded, notEncoded } from '../open/codec.ts'
import { withBytes } from '../open/completion.ts'
import type { CopyPlace } from '../open/copy-place.ts'
import { Datastore, openStoreOf } from '../open/datastore.ts'
import { idOfObject } from '../open/identity.ts'
import type { OpenStore } from '../open/open-store.ts'
import { Payload } from '../open/payload.ts'
import { derivedStream } from '../open/started-stream.ts'
import type {
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Removed,
  SetAside,
  Store,
  StoreInfo,
  Written,
} from '../open/store.ts'
import { WatchedSource } from '../open/watched-source.ts'
import { planOf, scannedIn } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import type { ByteTransform } from '../serializers/serializer.ts'

/**
 * Bytes that are kept in another form below: compressed, encrypted. Values stream in bounded memory if the transform
 * and the store below support it (`capabilities.read.stream`). Bytes that cannot be decoded fail with `CORRUPT` and
 * stay as they are; a stream of them fails when it reaches the invalid part.
 *
 * Sizes are those of the decoded value, so two calls cost more than below: `stat` decodes a version once for its size,
 * unless it was put or counted here before; and a range is decoded from the beginning. A listing has no sizes, and
 * `stats` no bytes; ask the store below for those of the stored form.
 */
export class TransformedStore implements Store {
  readonly #transform: ByteTransform
  readonly #sizes = new KnownSizes()
  #child: OpenStore

  constructor(child: OpenStore, transform: ByteTransform) {
    this.#child = child
    this.#transform = transform
  }

  get info(): StoreInfo {
    const { name } = this.#transform
    return { kind: 'transformed', id: `${idOfObject(name, this.#transform)}/${this.#child.info.id}` }
  }

  get capabilities(): Capabilities {
    const below = this.#child.capabilities
    const isStreaming =
      this.#transform.encodeStream !== undefined && this.#transform.decodeStream !== undefined
    return {
      ...below,
      read: { ...below.read, range: false, stream: below.read.stream && isStreaming },
      write: { ...below.write, stream: below.write.stream && isStreaming },
      // Sizes and values are not those of the store below.
      query: below.query === 'native' ? 'partial' : below.query,
      batch: 'none',
      transaction: 'none',
      // The store below compares the size of the stored form with its limit.
      limits: { ...below.limits, valueBytes: undefined },
    }
  }

  get children(): readonly OpenStore[] {
    return [this.#child]
  }

  async read(key: Key, call: Call): Promise<Found | undefined> {
    const found = await this.#child.read(key, call)
    return found === undefined ? undefined : this.#decoded(key, found)
  }

  async #decoded(key: Key, found: Found): Promise<Found> {
    const mustCopy = found.shared && this.#transform.isDetached !== true
    try {
      const bytes = await this.#transform.decode(mustCopy ? new Uint8Array(found.bytes) : found.bytes)
      return withBytes(found, bytes, false)
    } catch (cause) {
      throw notDecoded(key, this.#transform.name, cause)
    }
  }

  async write(key: Key, value: Payload, call: Call): Promise<Written> {
    const { written, size } = value.isStream
      ? await this.#writeStream(key, value, call)
      : await this.#writeWhole(key, value.bytes, call)
    if (written.refused === undefined) this.#sizes.set(key, written.etag, size)
    return written
  }

  async #writeWhole(key: Key, value: Uint8Array, call: Call): Promise<SizedWrite> {
    let stored: Uint8Array
    try {
      stored = await this.#transform.encode(value)
    } catch (cause) {
      throw notEncoded(key, cause)
    }
    call.throwIfAborted('put', key)
    // The transform may reuse its buffer, so the bytes are lent.
    return { written: await this.#child.write(key, Payload.lent(stored), call), size: value.length }
  }

  async #writeStream(key: Key, value: Payload, call: Call): Promise<SizedWrite> {
    const source = new WatchedSource(taken(value, key, call))
    const stored = new WatchedSource(this.#transform.encodeStream?.(source.chunks()) ?? source.chunks())
    try {
      const written = await this.#child.write(key, Payload.stream(stored.chunks()), call)
      return { written, size: source.bytes }
    } catch (error) {
      if (source.failure !== undefined) throw source.failure.error
      throw stored.failure === undefined ? error : notEncoded(key, stored.failure.error)
    }
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    return this.#child.remove(key, call)
  }

  has(key: Key, call: Call): Maybe<boolean> {
    return this.#child.has(key, call)
  }

  /** The size of the decoded value, with the times and the etag of the stored form. */
  async stat(key: Key, call: Call): Promise<Stat | undefined> {
    for (;;) {
      const stat = await this.#child.stat(key, call)
      if (stat === undefined) return undefined
      const known = this.#sizes.get(key, stat.etag)
      if (known !== undefined) return { ...stat, size: known }
      const size = await this.#count(key, call)
      const after = await this.#child.stat(key, call)
      // Another program may have put another version in the meantime.
      if (size === undefined || after?.etag !== stat.etag) continue
      this.#sizes.set(key, stat.etag, size)
      return { ...stat, size }
    }
  }

  async #count(key: Key, call: Call): Promise<number | undefined> {
    // The size must be that of the version which `stat` describes, so it is counted without cached copies.
    const chunks = await this.stream(key, call.with({ fresh: true }))
    if (chunks === undefined) return undefined
    let size = 0
    for await (const chunk of chunks) size += chunk.length
    return size
  }

  async stream(key: Key, call: Call): Promise<ByteStream | undefined> {
    if (this.#transform.decodeStream === undefined) {
      const found = await this.read(key, call)
      return found && piecesOf(found.bytes, key, { ...call.options, signal: call.signal })
    }
    // The range is one of the decoded value.
    const stored = await this.#child.stream(key, call.with({ fresh: call.options.fresh }))
    if (stored === undefined) return undefined
    const range = clampRange(call.options, Number.MAX_SAFE_INTEGER)
    return derivedStream(stored, cutRange(this.#decodedStream(key, stored, call), range))
  }

  async *#decodedStream(key: Key, stored: ByteStream, call: Call): AsyncIterable<Uint8Array> {
    const source = new WatchedSource(stored)
    const chunks = source.chunks()
    try {
      for await (const chunk of this.#transform.decodeStream?.(chunks) ?? chunks) {
        call.throwIfAborted('get', key)
        yield chunk
      }
    } catch (cause) {
      call.throwIfAborted('get', key)
      throw source.failure === undefined ? notDecoded(key, this.#transform.name, cause) : source.failure.error
    }
  }

  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    return this.#child.move(from, to, call)
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    return withoutSizes(await this.#child.list(prefix, call))
  }

  explain(query: Query): QueryPlan {
    const scanned = new Set(scannedIn(this.#child.explain(query)))
    return planOf(this.info.kind, query, clause => !scanned.has(clause) && !/\.(size|value)$/.test(clause))
  }

  /** Counts the entries; the sum of their decoded sizes is not known. */
  async stats(call: Call): Promise<StoreStats> {
    const { entries, accuracy } = await this.#child.stats(call)
    return { entries, accuracy }
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.#child.sync(prefix, call)
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#child.prune(prefix, call)
  }

  keyIndex(): SearchableKeys | undefined {
    return this.#child.keyIndex()
  }

  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    return this.#child.moveBranch(from, to, call)
  }

  discardBranch(place: SetAside, call: Call): Maybe<void> {
    return this.#child.discardBranch(place, call)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#child.watch(prefix, call)
  }

  async versions(key: Key, call: Call): Promise<readonly ValueVersion[]> {
    const versions = await this.#child.versions(key, call)
    // Sizes are those of the stored form.
    return versions.map(version => ({ ...version, size: undefined }))
  }

  async readVersion(key: Key, id: string, call: Call): Promise<Uint8Array | undefined> {
    const bytes = await this.#child.readVersion(key, id, call)
    if (bytes === undefined) return undefined
    return (await this.#decoded(key, { bytes, shared: false, etag: id })).bytes
  }

  identity(key: Key, call: Call): Maybe<string> {
    return this.#child.identity(key, call)
  }

  copiesOf(key: Key): readonly CopyPlace[] {
    const decode = (found: Found, limit: number) => this.#decodedWithin(key, found, limit)
    return [{ type: 'below', store: this.#child, key, decode }]
  }

  /** A small value may be very large once it is decoded, so it is decoded as a stream where that can stop. */
  async #decodedWithin(key: Key, found: Found, limit: number): Promise<Found | undefined> {
    if (this.#transform.decodeStream === undefined || limit === Number.POSITIVE_INFINITY) {
      const decoded = await this.#decoded(key, found)
      return decoded.bytes.length > limit ? undefined : decoded
    }
    const stored = piecesOf(found.shared ? new Uint8Array(found.bytes) : found.bytes, key, {})
    const collected = await collectUpTo(limit, this.#decodedStream(key, stored, Call.plain), key)
    if ('whole' in collected) return withBytes(found, collected.whole, false)
    await collected.discard()
    return undefined
  }

  over([child]: readonly OpenStore[]): Store {
    return new TransformedStore(child ?? this.#child, this.#transform)
  }

  rewire([child]: readonly OpenStore[]): void {
    this.#child = child ?? this.#child
  }
}

/** A datastore of bytes that a store below keeps in another form. */
export class TransformedDatastore extends Datastore {
  constructor(store: BinaryDatastore, transform: ByteTransform) {
    super(new TransformedStore(openStoreOf(store), transform))
  }
}

/** A store of bytes over `store`, which it closes. `transform` encodes the bytes that are stored. */
export function transformed(store: BinaryDatastore, transform: ByteTransform): TransformedDatastore {
  return new TransformedDatastore(store, transform)
}

/** The result of a write below, and the size of the value before it was encoded. */
interface SizedWrite {
  readonly written: Written
  readonly size: number
}

/** The number of sizes that are remembered. */
const REMEMBERED = 10_000

/** The sizes of versions that were already counted. When there are too many, the oldest are forgotten. */
class KnownSizes {
  readonly #sizes = new Map<string, { readonly etag: string; readonly size: number }>()

  get(key: Key, etag: string): number | undefined {
    const known = this.#sizes.get(key.toString())
    return known?.etag === etag ? known.size : undefined
  }

  set(key: Key, etag: string, size: number): void {
    const text = key.toString()
    this.#sizes.delete(text)
    this.#sizes.set(text, { etag, size })
    const [oldest] = this.#sizes.keys()
    if (this.#sizes.size > REMEMBERED && oldest !== undefined) this.#sizes.delete(oldest)
  }
}

/**
 * The chunks of a stream. The stream is taken at the first pull; until then the caller of the write can still close it.
 */
async function* taken(value: Payload, key: Key, call: Call): AsyncIterable<Uint8Array> {
  yield* chunksOf(value.take(), key, call.signal)
}
