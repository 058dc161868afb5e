import { BaseDatastore } from '../base-datastore.ts'
import { assertBytes, piecesOf } from '../bytes.ts'
import { ChangeHub } from '../changes/change-hub.ts'
import { Lifecycle } from '../concurrency/lifecycle.ts'
import { WriteQueue } from '../concurrency/write-queue.ts'
import type {
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
import { NotFoundError, throwIfAborted } from '../errors.ts'
import { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import { checkPreconditions, refuseContradiction, refuseRoot } from '../preconditions.ts'
import { planOf } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { LevelIndex } from './level-index.ts'
import { PackedCopies } from './packed-copies.ts'
import { collectKept } from './retention/collect-kept.ts'
import { Retention, type RetentionOptions } from './retention/retention.ts'

/** One version of a value. Its etag is its number, so a version that is never asked for it costs no string. */
class Version implements PutResult {
  readonly bytes: Uint8Array
  readonly number: number
  readonly mtime: number
  readonly btime: number

  constructor(bytes: Uint8Array, number: number, mtime: number, btime: number) {
    this.bytes = bytes
    this.number = number
    this.mtime = mtime
    this.btime = btime
  }

  get etag(): string {
    return `m${this.number}`
  }
}

/** What a memory store gave up, and why. */
export type Eviction = 'room' | 'expired'

/** The bounds of a memory store; with none given it keeps everything. */
export interface MemoryOptions extends RetentionOptions {
  /** Told of each key that the store gave up by itself. */
  readonly onEviction?: ((key: string, reason: Eviction) => void) | undefined
}

/**
 * Bytes in the memory of this process. Everything is exact, ordered and seekable; nothing survives. With limits it is
 * a cache: it gives up values to stay within them, and reads a stream no further once it is too large to be kept.
 */
export class MemoryDatastore extends BaseDatastore<Uint8Array> {
  readonly capabilities: Capabilities = {
    query: 'native',
    list: 'seek',
    watch: 'own',
    atomicBatch: false,
    streams: true,
    rename: 'atomic',
    ttl: false,
    durable: false,
    order: true,
    writable: true,
  }
  readonly #versions = new Map<string, Version>()
  readonly #index = new LevelIndex()
  readonly #lifecycle = new Lifecycle()
  readonly #queue = new WriteQueue()
  readonly #changes = new ChangeHub()
  readonly #packed = new PackedCopies()
  readonly #retention: Retention | undefined
  readonly #onEviction: MemoryOptions['onEviction']
  #bytes = 0
  #lastVersion = 0

  /** @throws DatastoreError `CONFIG_INVALID` for a limit that is no number from 0 up. */
  constructor(options: MemoryOptions = {}) {
    super()
    const { maxEntries, maxBytes, ttl } = options
    if (maxEntries === undefined && maxBytes === undefined && ttl === undefined) return
    this.#retention = new Retention(options)
    this.#onEviction = options.onEviction
    this.capabilities = { ...this.capabilities, ttl: this.#retention.expires }
  }

  async get(key: Key, options?: CallOptions): Promise<Uint8Array> {
    return this.#whenRead('get', key, options, () => this.#held('get', key).bytes.slice())
  }

  async *getStream(key: Key, options: RangeOptions = {}): AsyncIterable<Uint8Array> {
    const { bytes } = await this.#whenRead('get', key, options, () => this.#held('get', key))
    yield* piecesOf(bytes, key, options)
  }

  async put(key: Key, value: ValueSource<Uint8Array>, options?: PutOptions): Promise<PutResult> {
    this.#enter('put', key, options)
    refuseRoot('put', key)
    refuseContradiction(key, options)
    assertBytes(value, key)
    if (value instanceof Uint8Array) {
      const bytes = this.#copyToKeep(value)
      return this.#whenWritten('put', [key], options, () => this.#write(key, bytes, options))
    }
    return this.#lifecycle.run('put', key, () =>
      this.#queue.write([key], async () => {
        const canKeep = (size: number) => this.#retention?.canKeep(size) ?? true
        const { bytes, size } = await collectKept(value, key, options?.signal, canKeep)
        throwIfAborted(options?.signal, 'put', key)
        return this.#write(key, bytes, options, size)
      }),
    )
  }

  async delete(key: Key, options?: DeleteOptions): Promise<void> {
    return this.#whenWritten('delete', [key], options, () => {
      const version = this.#find(key)
      if (options?.ifMatch !== undefined)
        checkPreconditions('delete', key, version, { ifMatch: options.ifMatch })
      if (version !== undefined) this.#remove(key.toString(), version)
      else if (options?.missingOk !== true) throw new NotFoundError('delete', key)
    })
  }

  async has(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#whenRead('look up', key, options, () => this.#find(key) !== undefined)
  }

  async stat(key: Key, options?: CallOptions): Promise<Stat> {
    return this.#whenRead('stat', key, options, () => this.#statOf(key, this.#held('stat', key)))
  }

  async rename(from: Key, to: Key, options: RenameOptions = {}): Promise<void> {
    refuseRoot('rename to', to)
    return this.#whenWritten('rename', [from, to], options, () => {
      const version = this.#held('rename', from)
      if (from.equals(to)) return
      checkPreconditions('rename', to, this.#find(to), { replace: options.replace })
      this.#store(to.toString(), version.bytes)
      this.#remove(from.toString(), version)
    })
  }

  async list(prefix: Key, options: ListOptions = {}): Promise<ListPage> {
    this.#enter('list', prefix, options)
    const limit = pageLimit(options)
    this.#sweep()
    return this.#index.page(prefix, limit, options, text => this.#versions.get(text)?.bytes.length)
  }

  async stats(options?: CallOptions): Promise<StoreStats> {
    this.#enter('count', undefined, options)
    this.#sweep()
    return { entries: this.#versions.size, bytes: this.#bytes, accuracy: 'exact' }
  }

  override explainQuery(query: Query): QueryPlan {
    return planOf('MemoryDatastore', query, () => true)
  }

  override async sync(_prefix?: Key, options?: CallOptions): Promise<void> {
    this.#enter('sync', undefined, options)
  }

  /** What is put, deleted, and given up for room or for age. */
  override watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    return this.#changes.watch(prefix, options, () => this.#enter('watch', prefix, options))
  }

  close(): Promise<void> {
    this.#changes.close()
    return this.#lifecycle.close()
  }

  #enter(action: string, key: Key | undefined, options: CallOptions | undefined): void {
    this.#lifecycle.assertOpen(action, key)
    throwIfAborted(options?.signal, action, key)
  }

  /** Reads at once where nothing is being written, else in turn. */
  #whenRead<T>(action: string, key: Key, options: CallOptions | undefined, work: () => T): T | Promise<T> {
    this.#enter(action, key, options)
    if (this.#queue.isIdle) return work()
    return this.#lifecycle.run(action, key, () =>
      this.#queue.read(key, async () => {
        throwIfAborted(options?.signal, action, key)
        return work()
      }),
    )
  }

  #whenWritten<T>(
    action: string,
    keys: readonly [Key, ...Key[]],
    options: CallOptions | undefined,
    work: () => T,
  ): T | Promise<T> {
    const [key] = keys
    this.#enter(action, key, options)
    if (this.#queue.isIdle) return work()
    return this.#lifecycle.run(action, key, () =>
      this.#queue.write(keys, async () => {
        throwIfAborted(options?.signal, action, key)
        return work()
      }),
    )
  }

  /** A store with limits gives values up in any order, and a slab would outlive most of what it holds. */
  #copyToKeep(bytes: Uint8Array): Uint8Array {
    return this.#retention === undefined ? this.#packed.copy(bytes) : new Uint8Array(bytes)
  }

  #held(action: string, key: Key): Version {
    const version = this.#find(key)
    if (version === undefined) throw new NotFoundError(action, key)
    this.#retention?.used(key.toString())
    return version
  }

  #find(key: Key): Version | undefined {
    const text = key.toString()
    if (this.#retention?.isExpired(text) === true) this.#giveUp(text, 'expired')
    return this.#versions.get(text)
  }

  /** @param size Of the value, which is more than its bytes where it was too large to be collected. */
  #write(key: Key, bytes: Uint8Array, options: PutOptions | undefined, size?: number): Version {
    if (options !== undefined) checkPreconditions('put', key, this.#find(key), options)
    return this.#store(key.toString(), bytes, size)
  }

  #store(text: string, bytes: Uint8Array, size = bytes.length): Version {
    const isKept = this.#retention === undefined || this.#makeRoom(this.#retention, text, size)
    const before = this.#versions.get(text)
    const now = Date.now()
    const version = new Version(bytes, ++this.#lastVersion, now, before?.btime ?? now)
    if (!isKept) return version
    this.#versions.set(text, version)
    this.#bytes += bytes.length - (before?.bytes.length ?? 0)
    if (before === undefined) this.#index.add(text, this.#isValue)
    this.#retention?.stored(text, bytes.length)
    if (this.#changes.isHeard) this.#changes.tell({ type: 'put', key: Key.parse(text) })
    return version
  }

  /** @returns Whether the value can be kept at all; if not, what was there is gone too, since it is stale. */
  #makeRoom(retention: Retention, text: string, size: number): boolean {
    this.#sweep()
    if (!retention.canKeep(size)) {
      if (this.#versions.has(text)) this.#giveUp(text, 'room')
      return false
    }
    for (
      let key = retention.nextVictim(text, size);
      key !== undefined;
      key = retention.nextVictim(text, size)
    ) {
      this.#giveUp(key, 'room')
    }
    return true
  }

  #sweep(): void {
    for (let key = this.#retention?.nextExpired(); key !== undefined; key = this.#retention?.nextExpired()) {
      this.#giveUp(key, 'expired')
    }
  }

  #giveUp(text: string, reason: Eviction): void {
    const version = this.#versions.get(text)
    if (version === undefined) return
    this.#remove(text, version)
    this.#onEviction?.(text, reason)
  }

  #remove(text: string, version: Version): void {
    // Making room for the new name of a rename may have taken the old one.
    if (!this.#versions.delete(text)) return
    this.#bytes -= version.bytes.length
    this.#index.remove(text, this.#isValue)
    this.#retention?.removed(text)
    if (this.#changes.isHeard) this.#changes.tell({ type: 'delete', key: Key.parse(text) })
  }

  #statOf(key: Key, { bytes, mtime, btime, etag }: Version): Stat {
    const expires = this.#retention?.expiryOf(key.toString())
    return { size: bytes.length, mtime, btime, etag, ...(expires !== undefined && { expires }) }
  }

  readonly #isValue = (text: string): boolean => this.#versions.has(text)
}
