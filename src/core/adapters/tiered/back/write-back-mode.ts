import { collectUpTo, isByteSource, ownCopy, piecesOf } from '../../../bytes.ts'
import { contextOf } from '../../../call-context.ts'
import { orAbort } from '../../../concurrency/abortable.ts'
import type {
  ByteSource,
  CallOptions,
  Change,
  DeleteOptions,
  Entry,
  GetOptions,
  ListOptions,
  ListPage,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  Stat,
  StoreStats,
  ValueSource,
} from '../../../datastore.ts'
import { failure, isNotFound, NotFoundError, throwIfAborted } from '../../../errors.ts'
import type { Key } from '../../../key.ts'
import { checkPreconditions } from '../../../preconditions.ts'
import type { Query, QueryOptions, QueryPlan } from '../../../query/query.ts'
import { DirectMode } from '../direct-mode.ts'
import type { TierMode, Tiers } from '../tier-mode.ts'
import type { UpperTier } from '../upper-tier.ts'
import { FlushWaits } from './flush-waits.ts'
import { flushWrite } from './flush-write.ts'
import { Flusher } from './flusher.ts'
import { OwnEtags } from './own-etags.ts'
import { Unflushed } from './unflushed.ts'
import { UnflushedSights } from './unflushed-sights.ts'
import { statOf } from './unflushed-view.ts'
import {
  type UnflushedState,
  type WriteBackOptions,
  type WriteBackSettings,
  writeBackSettings,
} from './write-back-options.ts'

/** Streams longer than this are not held in memory until they are flushed. */
const LONGEST_STREAM = 1024 * 1024

/**
 * Writes that the first tier acknowledges and that are flushed later. Every call sees them as if they had been. What
 * cannot wait in memory (renames, large values) goes straight to the last tier, after what was acknowledged for its
 * keys.
 */
export class WriteBackMode<V> implements TierMode<V> {
  readonly #tiers: Tiers<V>
  readonly #first: UpperTier<V>
  readonly #direct: DirectMode<V>
  readonly #settings: WriteBackSettings
  readonly #unflushed: Unflushed<V>
  readonly #flusher: Flusher<V>
  readonly #waits: FlushWaits<V>
  readonly #etags = new OwnEtags()
  readonly #sights: UnflushedSights<V>

  constructor(
    tiers: Tiers<V>,
    first: UpperTier<V>,
    rest: readonly UpperTier<V>[],
    options: WriteBackOptions,
  ) {
    this.#tiers = tiers
    this.#first = first
    this.#direct = new DirectMode(tiers, true)
    this.#settings = writeBackSettings(options)
    const { maxUnflushedEntries, maxUnflushedBytes } = this.#settings
    this.#unflushed = new Unflushed(maxUnflushedEntries, maxUnflushedBytes)
    this.#sights = new UnflushedSights(tiers.last, this.#direct, this.#unflushed, this.#etags)
    this.#flusher = new Flusher(
      this.#unflushed,
      write => flushWrite(write, tiers.last, rest, this.#etags),
      this.#settings,
    )
    this.#waits = new FlushWaits(this.#unflushed, this.#flusher)
  }

  get unflushed(): UnflushedState {
    const { entries, bytes } = this.#unflushed
    const { failures, lastFailure } = this.#flusher
    return { entries, bytes, failures, ...(lastFailure !== undefined && { lastFailure }) }
  }

  async get(key: Key, options: GetOptions): Promise<V> {
    const write = this.#unflushed.find(key)
    if (write === undefined) return this.#direct.get(key, options)
    if (write.type === 'delete') throw new NotFoundError('get', key)
    this.#first.metrics.hits++
    return ownCopy(write.value)
  }

  async *stream(key: Key, options: RangeOptions): AsyncIterable<Uint8Array> {
    const write = this.#unflushed.find(key)
    if (write?.type === 'delete') throw new NotFoundError('get', key)
    if (write?.value instanceof Uint8Array) {
      this.#first.metrics.hits++
      yield* piecesOf(write.value, key, options)
    } else {
      yield* this.#direct.stream(key, options)
    }
  }

  async has(key: Key, options: CallOptions): Promise<boolean> {
    const write = this.#unflushed.find(key)
    return write === undefined ? this.#direct.has(key, options) : write.type === 'put'
  }

  async stat(key: Key, options: CallOptions): Promise<Stat> {
    const write = this.#unflushed.find(key)
    if (write?.type === 'delete') throw new NotFoundError('stat', key)
    if (write?.value instanceof Uint8Array) return statOf(write)
    // How long an object is in its stored form only the store that holds it can tell.
    if (write !== undefined) await this.#waits.forKeys('stat', [key], options)
    return this.#etags.translated(key, await this.#direct.stat(key, options))
  }

  async put(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult> {
    if (!this.#isStream(value)) return this.#putHeld(key, value as V, options)
    const limit = Math.min(LONGEST_STREAM, this.#settings.maxUnflushedBytes)
    const held = await collectUpTo(limit, value as ByteSource, key, options.signal)
    if ('whole' in held) return this.#putHeld(key, held.whole as V, options)
    try {
      await this.#waits.forKeys('put', [key], options)
    } catch (error) {
      await held.discard()
      throw error
    }
    return this.#putDirect(key, held.source as ValueSource<V>, options)
  }

  async delete(key: Key, options: DeleteOptions): Promise<void> {
    const { ifMatch, missingOk = false } = options
    if (ifMatch !== undefined) await this.#judge('delete', key, { ...contextOf(options), ifMatch })
    else if (!missingOk && !(await this.has(key, options))) throw new NotFoundError('delete', key)
    await this.#waits.forRoom('delete', key, 0, options)
    try {
      await this.#first.drop(key, contextOf(options))
      this.#unflushed.add({ type: 'delete', key, size: 0, span: options.span })
    } finally {
      this.#unflushed.release(0)
    }
    this.#flusher.wake()
  }

  async rename(from: Key, to: Key, options: RenameOptions): Promise<void> {
    await this.#waits.forKeys('rename', [from, to], options)
    await this.#direct.rename(from, to, options)
  }

  list(prefix: Key, options?: ListOptions): Promise<ListPage> {
    return this.#sights.list(prefix, options)
  }

  query(query: Query, options?: QueryOptions): AsyncIterable<Entry<V>> {
    return this.#sights.query(query, options)
  }

  explainQuery(query: Query): QueryPlan {
    return this.#sights.explainQuery(query)
  }

  stats(options?: CallOptions): Promise<StoreStats> {
    return this.#sights.stats(options)
  }

  async sync(prefix?: Key, options: CallOptions = {}): Promise<void> {
    await orAbort(this.#flusher.flush(), options.signal, 'sync', prefix)
    await this.#direct.sync(prefix, options)
  }

  /** Changes are told as they reach the last tier. What was acknowledged before gets there first, where it can. */
  async *watch(prefix: Key, options: CallOptions = {}): AsyncIterable<Change> {
    throwIfAborted(options.signal, 'watch', prefix)
    if (this.#unflushed.entries > 0) {
      await orAbort(this.#flusher.round(), options.signal, 'watch', prefix)
    }
    yield* this.#direct.watch(prefix, options)
  }

  async finish(): Promise<void> {
    this.#flusher.stop()
    await this.#direct.finish()
    try {
      await this.#flusher.flush()
    } catch (cause) {
      const { entries } = this.#unflushed
      const what = entries === 1 ? 'one write' : `${entries} writes`
      throw failure('IO', 'close', undefined, `${what} did not reach the last tier`, cause)
    }
  }

  async #putHeld(key: Key, value: V, options: PutOptions): Promise<PutResult> {
    const size = value instanceof Uint8Array ? value.length : 0
    if (size > this.#settings.maxUnflushedBytes) {
      await this.#waits.forKeys('put', [key], options)
      return this.#putDirect(key, value, options)
    }
    await this.#judge('put', key, options)
    await this.#waits.forRoom('put', key, size, options)
    const etag = this.#etags.next()
    try {
      await this.#first.accept(key, value, contextOf(options))
      this.#unflushed.add({ type: 'put', key, value, etag, mtime: Date.now(), size, span: options.span })
    } finally {
      this.#unflushed.release(size)
    }
    this.#flusher.wake()
    return { etag }
  }

  /** Puts what cannot wait in memory; nothing of its key is unflushed. */
  #putDirect(key: Key, value: ValueSource<V>, options: PutOptions): Promise<PutResult> {
    const { ifMatch } = options
    const below = ifMatch === undefined ? undefined : this.#etags.below(key, ifMatch)
    return this.#direct.put(key, value, { ...options, ifMatch: below })
  }

  #isStream(value: ValueSource<V>): value is ValueSource<V> & ByteSource {
    return this.#tiers.last.capabilities.objects !== true && isByteSource(value)
  }

  /** @throws DatastoreError as `checkPreconditions` */
  async #judge(action: string, key: Key, options: PutOptions): Promise<void> {
    const { create = true, replace = true, ifMatch } = options
    if (create && replace && ifMatch === undefined) return
    checkPreconditions(action, key, await this.#current(key, options), options)
  }

  async #current(key: Key, options: CallOptions): Promise<{ readonly etag: string } | undefined> {
    const write = this.#unflushed.find(key)
    if (write !== undefined) return write.type === 'put' ? write : undefined
    try {
      return this.#etags.translated(key, await this.#tiers.last.stat(key, contextOf(options)))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }
}
