import { ChangeHub } from '../changes/change-hub.ts'
import { callListener } from '../concurrency/emitter.ts'
import type { ListOptions, ListPage, StoreStats } from '../datastore.ts'
import { Key } from '../key.ts'
import { pageLimit } from '../list-page.ts'
import type { Found } from '../open/store.ts'
import { LevelIndex } from './level-index.ts'
import { PackedCopies } from './packed-copies.ts'
import { Deadlines } from './retention/deadlines.ts'
import { checkRetention, Retention, type RetentionOptions } from './retention/retention.ts'

/** One version of a value, as a read returns it. Its bytes are never changed. */
export class Version implements Found {
  readonly shared = true
  readonly bytes: Uint8Array
  readonly mtime: number
  readonly btime: number
  readonly expiresHere: boolean

  /** The number of the version in its store. The text of the etag is made when it is read, so that none is kept. */
  readonly number: number
  readonly #etagStart: string
  readonly #left: (() => number | undefined) | undefined

  constructor(
    bytes: Uint8Array,
    etagStart: string,
    number: number,
    mtime: number,
    btime: number,
    expiry?: { readonly left: () => number | undefined; readonly isHere: boolean },
  ) {
    this.bytes = bytes
    this.#etagStart = etagStart
    this.number = number
    this.mtime = mtime
    this.btime = btime
    this.expiresHere = expiry?.isHere ?? false
    this.#left = expiry?.left
  }

  get etag(): string {
    return this.#etagStart + String(this.number)
  }

  /** Milliseconds that it has left; `undefined` if it does not expire. */
  get left(): number | undefined {
    return this.#left?.()
  }

  /** By the present wall clock, because its age is measured by a monotonic clock. */
  get expires(): number | undefined {
    const { left } = this
    return left === undefined ? undefined : Date.now() + left
  }
}

/** Properties of a value to store, besides its bytes. */
interface StoreOptions {
  /** Bytes of the value, which exceed those given if it was too large to be collected. */
  readonly size?: number | undefined
  /** The time to live in milliseconds, if it is shorter than the table's limit. */
  readonly ttl?: number | undefined
  /** Whether `ttl` is the rest of the table's own limit. Default: if no `ttl` is given. */
  readonly expiresHere?: boolean | undefined
  /** The number of the version, if its etag has already been issued. */
  readonly number?: number | undefined
}

/** Why a memory store removed a value by itself. */
type Eviction = 'room' | 'expired'

/** The limits of a memory store. Without any it keeps everything. */
export interface MemoryOptions extends RetentionOptions {
  /** Called with each key that the store removed by itself. */
  readonly onEviction?: ((key: string, reason: Eviction) => void) | undefined
}

/** The values of a memory store by the text of their keys, with the tree over them, within their limits. */
export class ValueTable {
  readonly changes = new ChangeHub()
  readonly #versions = new Map<string, Version>()
  readonly #index = new LevelIndex()
  readonly #packed = new PackedCopies()
  readonly #retention: Retention | undefined
  readonly #deadlines: Deadlines
  readonly #ttl: number
  readonly #now: () => number
  readonly #onEviction: MemoryOptions['onEviction']
  readonly #etagStart: string
  #bytes = 0
  #lastVersion = 0
  #changeCount = 0

  /** @throws DatastoreError `CONFIG_INVALID` for a wrong limit or policy. */
  constructor(options: MemoryOptions, etagSource: string) {
    checkRetention(options)
    this.#etagStart = `${etagSource}.`
    const { maxEntries, maxBytes, ttl = Infinity, now = () => performance.now() } = options
    this.#ttl = ttl
    this.#now = now
    this.#deadlines = new Deadlines(now)
    this.#onEviction = options.onEviction
    if (maxEntries !== undefined || maxBytes !== undefined) this.#retention = new Retention(options)
  }

  /** Whether a value of this many bytes could be kept at all. */
  canKeep(size: number): boolean {
    return this.#retention?.canKeep(size) ?? true
  }

  /** A store with limits evicts values in any order, so a slab would outlive most of its values. */
  copyToKeep(bytes: Uint8Array): Uint8Array {
    return this.#retention === undefined ? this.#packed.copy(bytes) : new Uint8Array(bytes)
  }

  find(key: Key): Version | undefined {
    const text = key.toString()
    if ((this.#deadlines.left(text) ?? 1) <= 0) this.#evict(text, 'expired')
    return this.#versions.get(text)
  }

  /** As `find`. A value whose time is over stays until a call removes it. */
  peek(key: Key): Version | undefined {
    const text = key.toString()
    return (this.#deadlines.left(text) ?? 1) <= 0 ? undefined : this.#versions.get(text)
  }

  /** Records that a value was used, so that it is evicted later. */
  used(key: Key): void {
    this.#retention?.used(key.toString())
  }

  /** @param bytes Belong to the table. */
  store(key: Key, bytes: Uint8Array, options: StoreOptions = {}): Version {
    const { size = bytes.length, ttl = this.#ttl, number = ++this.#lastVersion } = options
    const { expiresHere = options.ttl === undefined } = options
    const text = key.toString()
    this.#sweep()
    const milliseconds = Math.min(ttl, this.#ttl)
    const isKept = this.#makeRoom(text, size, milliseconds)
    const before = this.#versions.get(text)
    const now = Date.now()
    const canExpire = milliseconds !== Infinity
    const expiry = canExpire ? { left: () => this.#deadlines.left(text), isHere: expiresHere } : undefined
    const version = new Version(bytes, this.#etagStart, number, now, before?.btime ?? now, expiry)
    if (!isKept) return version
    if (canExpire) this.#deadlines.set(text, milliseconds)
    else this.#deadlines.delete(text)
    this.#versions.set(text, version)
    this.#changeCount++
    this.#bytes += bytes.length - (before?.bytes.length ?? 0)
    if (before === undefined) this.#index.add(text, this.#isValue)
    this.#retention?.stored(text, bytes.length)
    if (this.changes.hasWatchers) this.changes.emit({ type: 'put', key: Key.parse(text) })
    return version
  }

  /** A version that is not stored yet. Its time to live, in milliseconds, begins now. */
  unstored(bytes: Uint8Array, ttl: number | undefined, isHere = false): Version {
    const now = Date.now()
    const end = ttl === undefined ? undefined : this.#now() + ttl
    const expiry = end === undefined ? undefined : { left: () => end - this.#now(), isHere }
    return new Version(bytes, this.#etagStart, ++this.#lastVersion, now, now, expiry)
  }

  remove(key: Key): void {
    this.#remove(key.toString())
  }

  list(prefix: Key, options: ListOptions): ListPage {
    const limit = pageLimit(options)
    this.#sweep()
    return this.#index.page(prefix, limit, options, text => this.#versions.get(text)?.bytes.length)
  }

  stats(): StoreStats {
    this.#sweep()
    return { entries: this.#versions.size, bytes: this.#bytes, accuracy: 'exact' }
  }

  /** The number of changes of the table. */
  get changeCount(): number {
    this.#sweep()
    return this.#changeCount
  }

  /** The texts of its keys, in no particular order. */
  texts(): Iterable<string> {
    this.#sweep()
    return this.#versions.keys()
  }

  /** @returns Whether the value can be kept at all. If not, the former value is removed too, because it is stale. */
  #makeRoom(text: string, size: number, ttl: number): boolean {
    const retention = this.#retention
    if (ttl <= 0 || retention?.canKeep(size) === false) {
      if (this.#versions.has(text)) this.#evict(text, 'room')
      return false
    }
    for (
      let key = retention?.nextVictim(text, size);
      key !== undefined;
      key = retention?.nextVictim(text, size)
    ) {
      this.#evict(key, 'room')
    }
    return true
  }

  #sweep(): void {
    for (let key = this.#deadlines.next(); key !== undefined; key = this.#deadlines.next()) {
      this.#evict(key, 'expired')
    }
  }

  #evict(text: string, reason: Eviction): void {
    if (!this.#versions.has(text)) return
    this.#remove(text)
    callListener(this.#onEviction, text, reason)
  }

  #remove(text: string): void {
    const version = this.#versions.get(text)
    if (version === undefined) return
    this.#versions.delete(text)
    this.#changeCount++
    this.#bytes -= version.bytes.length
    this.#index.remove(text, this.#isValue)
    this.#retention?.removed(text)
    this.#deadlines.delete(text)
    if (this.changes.hasWatchers) this.changes.emit({ type: 'delete', key: Key.parse(text) })
  }

  readonly #isValue = (text: string): boolean => this.#versions.has(text)
}
