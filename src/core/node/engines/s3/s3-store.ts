import { clampRange } from '../../../bytes.ts'
import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import { ChangeHub } from '../../../changes/change-hub.ts'
import type { Change, Child, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../../../datastore.ts'
import { failure } from '../../../errors.ts'
import { Key } from '../../../key.ts'
import { listOptionsOf } from '../../../list-page.ts'
import type { Call } from '../../../open/call.ts'
import type { Payload } from '../../../open/payload.ts'
import type { ByteStream, Found, Moved, Removed, Store, StoreInfo, Written } from '../../../open/store.ts'
import type { Gate } from '../../../open/turns.ts'
import type { Layout } from '../../../ordered/layout.ts'
import { orderedPlan } from '../../../ordered/ordered-query.ts'
import type { Query, QueryPlan } from '../../../query/query.ts'
import { BodyStream, readObject } from './body.ts'
import type { S3Bucket } from './bucket.ts'
import { MAX_PARTS } from './multipart.ts'
import { NameRanges, type NameRow } from './name-ranges.ts'
import type { ObjectForm } from './object-form.ts'
import { objectQuery } from './object-query.ts'
import { type S3Conditions, scopeOf } from './probe.ts'
import { S3Writes } from './s3-writes.ts'
import { readVersion, versionsOf } from './versions.ts'

/** The maximum number of UTF-8 bytes of the name of an object. */
export const NAME_BYTES = 1024
/** The maximum number of bytes of an object. */
const OBJECT_BYTES = 5 * 1024 ** 4
/** Objects that are counted one by one. */
const COUNTED = 20_000

/** The parts of an S3 store. */
export interface S3Parts {
  readonly bucket: S3Bucket
  readonly layout: Layout
  readonly form: ObjectForm
  readonly conditions: S3Conditions
  readonly id: string
  /** What names are divided by, for listings by level. `undefined`: levels are made of all names. */
  readonly delimiter: string | undefined
  readonly partSize: number
  readonly isReadOnly: boolean
  /** Whether the bucket keeps versions. */
  readonly keepsVersions: boolean
  readonly gate: Gate
  /** Called before the first value of the store is put. */
  readonly begin: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Objects of a bucket as values. */
export class S3Store implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly gate: Gate
  readonly #parts: S3Parts
  readonly #bucket: S3Bucket
  readonly #layout: Layout
  readonly #form: ObjectForm
  readonly #writes: S3Writes
  readonly #changes = new ChangeHub()
  #beginning: Promise<void> | undefined

  constructor(parts: S3Parts) {
    const { bucket, layout, form, conditions, id, partSize, gate } = parts
    this.#parts = parts
    this.#bucket = bucket
    this.#layout = layout
    this.#form = form
    this.#writes = new S3Writes(bucket, form, conditions, partSize)
    this.gate = gate
    this.info = { kind: 's3', id }
    this.capabilities = capabilitiesOf(parts)
  }

  async read(key: Key, { signal }: Call): Promise<Found | undefined> {
    const name = this.#nameOf(key)
    return name === undefined ? undefined : readObject(this.#bucket, this.#form, name, signal)
  }

  async stream(key: Key, call: Call): Promise<ByteStream | undefined> {
    const name = this.#nameOf(key)
    if (name === undefined) return undefined
    const { options, signal } = call
    const { start, end } = clampRange(options, Number.MAX_SAFE_INTEGER)
    const isWhole = options.start === undefined && options.end === undefined
    if (!isWhole && end <= start) {
      return (await this.#bucket.head(name, signal)) === undefined ? undefined : []
    }
    const last = end === Number.MAX_SAFE_INTEGER ? '' : end - 1
    const object = await this.#bucket.get(name, isWhole ? undefined : `bytes=${start}-${last}`, signal)
    if (object === undefined || object === 'empty') return object && []
    return new BodyStream(this.#bucket, object, signal)
  }

  async has(key: Key, { signal }: Call): Promise<boolean> {
    const name = this.#nameOf(key)
    return name !== undefined && (await this.#bucket.head(name, signal)) !== undefined
  }

  async stat(key: Key, { signal }: Call): Promise<Stat | undefined> {
    const name = this.#nameOf(key)
    const head = name === undefined ? undefined : await this.#bucket.head(name, signal)
    return head && this.#form.statOf(head)
  }

  async versions(key: Key, call: Call): Promise<readonly ValueVersion[]> {
    const name = this.#nameOf(key)
    return name === undefined ? [] : versionsOf(this.#bucket, name, call)
  }

  async readVersion(key: Key, id: string, { signal }: Call): Promise<Uint8Array | undefined> {
    const name = this.#nameOf(key)
    return name === undefined ? undefined : readVersion(this.#bucket, name, id, signal)
  }

  async write(key: Key, value: Payload, call: Call): Promise<Written> {
    const name = this.#nameToWrite('put', key)
    const written = this.#begin().then(() => this.#writes.put(name, key, value, call))
    return this.#reported('put', key, written, ({ refused }) => refused === undefined)
  }

  async remove(key: Key, call: Call): Promise<Removed> {
    const name = this.#nameOf(key)
    if (name === undefined) return 'absent'
    return this.#reported('delete', key, this.#writes.remove(name, call), removed => removed === 'removed')
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#nameOf(from)
    const target = this.#nameToWrite('rename to', to)
    if (source === undefined) return 'absent'
    const moved = this.#writes.move(source, target, call)
    const done = await this.#reported('delete', from, moved, one => one === 'moved')
    if (done === 'moved') this.#emit('put', to)
    return done
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    const { after, limit, reverse = false } = listOptionsOf(call)
    if (limit === 0) return { children: [] }
    const { delimiter, id } = this.#parts
    const seen = new Map<string, NameRow>()
    const names = new NameRanges(this.#bucket, id, delimiter, seen)
    const page = await this.#layout.level(names, prefix, { after, limit, reverse, signal: call.signal })
    return { ...page, children: page.children.map(child => this.#withFacts(child, seen)) }
  }

  /** A child with what the listing has said of its object. */
  #withFacts(child: Child, seen: ReadonlyMap<string, NameRow>): Child {
    const name = child.isValue ? this.#nameOf(child.key) : undefined
    const row = name === undefined ? undefined : seen.get(name)
    return row === undefined ? child : { ...child, ...this.#form.listedOf(row) }
  }

  /** Answers queries in the order of keys, where that is the order of names. */
  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> | undefined {
    const names = new NameRanges(this.#bucket, this.#parts.id)
    return objectQuery(query, { bucket: this.#bucket, names, layout: this.#layout, form: this.#form }, call)
  }

  explain(query: Query): QueryPlan {
    return orderedPlan('s3', query, this.#form.listed)
  }

  async stats({ signal }: Call): Promise<StoreStats> {
    const names = new NameRanges(this.#bucket, this.#parts.id)
    const range = { ...this.#layout.rangeBelow(Key.root), limit: COUNTED, reverse: false, keysOnly: true }
    const { length } = await names.range(range, signal)
    return { entries: length, accuracy: length < COUNTED ? 'exact' : 'lower-bound' }
  }

  /** Own changes, and `resync` when a lost server is back. */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#changes.watch(prefix, { signal: call.signal }, () => undefined)
  }

  /** The server was not reachable for a while. */
  mayHaveChanged(): void {
    this.#changes.emit({ type: 'resync', key: Key.root })
  }

  async close(): Promise<void> {
    this.#changes.close()
    await this.#parts.close()
  }

  /** Tried again with the next value, if it fails. */
  #begin(): Promise<void> {
    this.#beginning ??= this.#parts.begin().catch((error: unknown) => {
      this.#beginning = undefined
      throw error
    })
    return this.#beginning
  }

  #emit(type: 'put' | 'delete', key: Key): void {
    this.#layout.wrote?.(key)
    if (this.#changes.hasWatchers) this.#changes.emit({ type, key })
  }

  /** Reports a write that has taken effect, or may have. */
  async #reported<T>(
    type: 'put' | 'delete',
    key: Key,
    made: Promise<T>,
    isDone: (answer: T) => boolean,
  ): Promise<T> {
    try {
      const answer = await made
      if (isDone(answer)) this.#emit(type, key)
      return answer
    } catch (error) {
      this.#changes.emit({ type: 'resync', key })
      throw error
    }
  }

  /** `undefined` for a key that no object can have. */
  #nameOf(key: Key): string | undefined {
    const bytes = this.#layout.encode(key)
    return bytes === undefined || bytes.length > NAME_BYTES ? undefined : textOf(bytes)
  }

  /** @throws DatastoreError `KEY_INVALID` */
  #nameToWrite(action: string, key: Key): string {
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) throw failure('KEY_INVALID', action, key, this.#layout.problem(key))
    if (bytes.length > NAME_BYTES) {
      const state = `it takes ${bytes.length} bytes as the name of an object, which has at most ${NAME_BYTES}`
      throw failure('KEY_INVALID', action, key, state)
    }
    return textOf(bytes)
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

function capabilitiesOf({ layout, form, conditions, partSize, ...parts }: S3Parts): Capabilities {
  return {
    ...MINIMAL,
    writable: conditions.isWritable && !parts.isReadOnly,
    read: { range: true, stream: true, etag: form.isVersioned ? 'version' : 'content' },
    write: {
      ifAbsent: scopeOf(conditions.put),
      ifMatch: scopeOf(conditions.put),
      stream: true,
      ttl: false,
    },
    remove: { ifMatch: scopeOf(conditions.remove) },
    rename: 'copy',
    list: 'seek',
    query: 'partial',
    watch: 'own',
    durable: true,
    persistent: true,
    history: parts.keepsVersions,
    limits: {
      keyBytes: layout.longestText(NAME_BYTES),
      valueBytes: Math.min(OBJECT_BYTES, partSize * MAX_PARTS),
    },
  }
}
