import { collectUpTo, piecesOf } from '../../bytes.ts'
import { type Capabilities, narrower, type Scope } from '../../capabilities.ts'
import { orAbort } from '../../concurrency/abortable.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import { statIfPresent } from '../../open/completion.ts'
import type { CopyPlace } from '../../open/copy-place.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import { checkConditions } from '../../open/refusals.ts'
import type { ByteStream, Found, Moved, Refused, Removed, Written } from '../../open/store.ts'
import { clausesAfterMerge } from '../../query/parts.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { Flusher, type WriteBackOptions, type WriteBackSettings, writeBackSettings } from './flusher.ts'
import { TieredStore, type TieredStoreOptions } from './tiered-store.ts'
import {
  AcknowledgedEtags,
  asOfNow,
  statOfWrite,
  Unflushed,
  type UnflushedState,
  type UnflushedWrite,
} from './unflushed.ts'
import { copyCall, deadlineAfter, type UpperTier } from './upper-tier.ts'
import { listWithUnflushed, queryWithUnflushed } from './with-unflushed.ts'

/** Streams longer than this are not held in memory until they are flushed. */
const MAX_STREAM = 1024 * 1024

/**
 * Tiers of which the first one acknowledges writes. They are flushed to the others later. Every call sees unflushed
 * writes as if they were flushed. Values too large to be held in memory, and renames, go straight to the last tier,
 * after the acknowledged writes of their keys. With one tier there is nothing to flush.
 */
export class WriteBackStore extends TieredStore {
  readonly #settings: WriteBackSettings
  readonly #unflushed: Unflushed
  readonly #flusher: Flusher
  readonly #etags = new AcknowledgedEtags()

  /** @throws DatastoreError `CONFIG_INVALID` also for a limit that is not a number from 1 up. */
  constructor(tiers: readonly OpenStore[], options: TieredStoreOptions & WriteBackOptions = {}) {
    super(tiers, options)
    this.#settings = writeBackSettings(options)
    const { maxUnflushedEntries, maxUnflushedBytes } = this.#settings
    this.#unflushed = new Unflushed(maxUnflushedEntries, maxUnflushedBytes)
    this.#flusher = new Flusher(this.#unflushed, write => this.#flush(write), this.#settings)
  }

  /** Conditions are checked here, against unflushed writes too. */
  protected override declare(tiers: readonly Capabilities[]): Capabilities {
    const declared = super.declare(tiers)
    if (this.upper.length === 0) return declared
    const here = (scope: Scope): Scope => (scope === 'everyone' ? 'process' : scope)
    const { write, remove, limits, valueAndBranch } = declared
    const [first = declared] = tiers
    return {
      ...declared,
      // A value is acknowledged once the first tier has it.
      limits: narrower(limits, first.limits),
      valueAndBranch: valueAndBranch && first.valueAndBranch,
      write: { ...write, ifAbsent: here(write.ifAbsent), ifMatch: here(write.ifMatch) },
      remove: { ifMatch: here(remove.ifMatch) },
    }
  }

  get unflushed(): UnflushedState {
    const { entries, bytes } = this.#unflushed
    const { failures, lastFailure } = this.#flusher
    return { entries, bytes, failures, ...(lastFailure !== undefined && { lastFailure }) }
  }

  override read(key: Key, call: Call): Maybe<Found | undefined> {
    const write = this.#unflushed.find(key)
    if (write !== undefined) return this.#seen(write)
    const found = super.read(key, call)
    // Only the last tier's etags are compared.
    return call.options.fresh ? this.#translated(key, found) : found
  }

  #seen(write: UnflushedWrite): Found | undefined {
    const metrics = this.upper[0]?.metrics
    if (write.type === 'delete') return undefined
    if (metrics !== undefined) metrics.hits++
    return write.found
  }

  override stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const write = this.#unflushed.find(key)
    if (write === undefined) return super.stream(key, call)
    const found = this.#seen(write)
    return found && piecesOf(found.bytes, key, { ...call.options, signal: call.signal })
  }

  override has(key: Key, call: Call): Maybe<boolean> {
    const write = this.#unflushed.find(key)
    return write === undefined ? super.has(key, call) : write.type === 'put'
  }

  override stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const write = this.#unflushed.find(key)
    return write === undefined ? this.#translated(key, super.stat(key, call)) : statOfWrite(write)
  }

  /** A write that waits to be flushed comes first, because calls see it. */
  override copiesOf(key: Key): readonly CopyPlace[] {
    const write = this.#unflushed.find(key)
    const places = super.copiesOf(key)
    if (write === undefined) return places
    return [{ type: 'pending', found: write.type === 'put' ? write.found : undefined }, ...places]
  }

  #translated<T extends { readonly etag: string }>(
    key: Key,
    version: Maybe<T | undefined>,
  ): Maybe<T | undefined> {
    return after(version, one => one && this.#etags.translated(key, one))
  }

  override write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const first = this.upper[0]
    if (first === undefined) return super.write(key, value, call)
    if (value.isStream) return this.#writeStream(first, key, value, call)
    if (value.bytes.length > this.#settings.maxUnflushedBytes) return this.#writePast(key, value, call)
    return this.#writeHeld(first, key, value, call)
  }

  async #writeStream(first: UpperTier, key: Key, value: Payload, call: Call): Promise<Written> {
    const limit = Math.min(MAX_STREAM, this.#settings.maxUnflushedBytes)
    const held = await collectUpTo(limit, value.take(), key, call.signal)
    if ('whole' in held) return this.#writeHeld(first, key, Payload.kept(held.whole), call)
    const rest = Payload.stream(held.source)
    try {
      return await this.#writePast(key, rest, call)
    } finally {
      if (!rest.isTaken) await held.discard()
    }
  }

  /** Writes a value too large to be held in memory to the last tier, once no write of its key is unflushed. */
  async #writePast(key: Key, value: Payload, call: Call): Promise<Written> {
    value.keepBytes()
    await this.#flusher.forKeys('put', [key], call)
    const { ifMatch } = call.options
    const below = ifMatch && this.#etags.below(key, ifMatch)
    return super.write(key, value, below === ifMatch ? call : call.with({ ...call.options, ifMatch: below }))
  }

  #writeHeld(first: UpperTier, key: Key, value: Payload, call: Call): Maybe<Written> {
    const ready = this.#ready('put', key, value.bytes.length, call)
    if (ready === undefined) return this.#acknowledge(first, key, value, call)
    value.keepBytes()
    return ready.then(refused =>
      refused === undefined ? this.#acknowledge(first, key, value, call) : { refused },
    )
  }

  /**
   * Checks the conditions of a write, waits for copies of its key that are in progress, and reserves room for it.
   * @returns Why it is refused; `undefined`, or a promise of it, if it can be made.
   */
  #ready(action: string, key: Key, size: number, call: Call): Promise<Refused | undefined> | undefined {
    const blocked = this.beforeWrite(key)
    if (blocked === undefined && !call.isConditional && this.#unflushed.reserve(size)) return undefined
    return this.#prepare(blocked, action, key, size, call)
  }

  async #prepare(
    blocked: Promise<void> | undefined,
    action: string,
    key: Key,
    size: number,
    call: Call,
  ): Promise<Refused | undefined> {
    await blocked
    if (call.isConditional) {
      const refused = checkConditions(await this.#currentEtag(key, call), call.options)
      if (refused !== undefined) return refused
    }
    await this.#flusher.forRoom(action, key, size, call)
    return undefined
  }

  async #currentEtag(key: Key, call: Call): Promise<string | undefined> {
    const write = this.#unflushed.find(key)
    if (write !== undefined) return statOfWrite(write)?.etag
    const stat = await statIfPresent(this.last, key, call.with({ fresh: true }))
    return stat && this.#etags.translated(key, stat).etag
  }

  /** Stores the write in the first tier. Room is already reserved. */
  #acknowledge(first: UpperTier, key: Key, value: Payload, call: Call): Maybe<Written> {
    const { ttl } = call.options
    const size = value.bytes.length
    const deadline = deadlineAfter(ttl)
    const acknowledged = (): Written => {
      const now = Date.now()
      const etag = this.#etags.next()
      const found: Found = {
        bytes: value.keep(),
        shared: true,
        etag,
        mtime: now,
        ...(ttl !== undefined && { expires: now + ttl }),
      }
      this.#unflushed.add({ type: 'put', key, found, deadline, call: call.uncancelled })
      this.#unflushed.release(size)
      this.#flusher.wake()
      return { etag }
    }
    const failed = (error: unknown): never => {
      this.#unflushed.release(size)
      throw error
    }
    let accepted: Maybe<unknown>
    try {
      accepted = first.accept(key, value, ttl === undefined ? call.bare : call.with({ ttl }))
    } catch (error) {
      return failed(error)
    }
    return accepted instanceof Promise ? accepted.then(acknowledged, failed) : acknowledged()
  }

  override remove(key: Key, call: Call): Maybe<Removed> {
    const first = this.upper[0]
    return first === undefined ? super.remove(key, call) : this.#removeHeld(first, key, call)
  }

  async #removeHeld(first: UpperTier, key: Key, call: Call): Promise<Removed> {
    await this.beforeWrite(key)
    const { ifMatch } = call.options
    if (ifMatch === undefined) {
      const write = this.#unflushed.find(key)
      // The copies are dropped when the delete is flushed.
      if (write?.type === 'delete') return 'absent'
      // A tier that failed to answer may still have a copy.
      if (write === undefined && !(await super.has(key, call.bare)))
        return (await this.dropAbove(key, call.bare)) ? 'removed' : 'absent'
    } else {
      const etag = await this.#currentEtag(key, call)
      if (etag !== ifMatch) return etag === undefined ? 'absent' : 'changed'
    }
    await this.#flusher.forRoom('delete', key, 0, call)
    try {
      await first.drop(key, call.bare)
      this.#unflushed.add({ type: 'delete', key, call: call.uncancelled })
    } finally {
      this.#unflushed.release(0)
    }
    this.#flusher.wake()
    return 'removed'
  }

  override async move(from: Key, to: Key, call: Call): Promise<Moved> {
    await this.#flusher.forKeys('rename', [from, to], call)
    return super.move(from, to, call)
  }

  override list(prefix: Key, call: Call): Maybe<ListPage> {
    if (this.#unflushed.entries === 0) return super.list(prefix, call)
    return listWithUnflushed(this.last, this.#unflushed.snapshot(), prefix, call)
  }

  override async *query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    const answer =
      this.#unflushed.entries === 0
        ? super.query(query, call)
        : queryWithUnflushed(this.last, this.#unflushed.snapshot(), query, call)
    for await (const entry of answer) {
      const { key, stat } = entry
      yield stat === undefined ? entry : { ...entry, stat: this.#etags.translated(key, stat) }
    }
  }

  override explain(query: Query): QueryPlan {
    const plan = super.explain(query)
    return this.#unflushed.entries === 0 ? plan : { ...plan, native: clausesAfterMerge(query) }
  }

  /** Flushes first, because it is unknown before that which of the unflushed writes change the figures. */
  override stats(call: Call): Maybe<StoreStats> {
    const isFlushed = this.#unflushed.entries === 0
    return after(super.stats(call), stats =>
      isFlushed || stats.accuracy === 'unknown' ? stats : { ...stats, accuracy: 'approximate' as const },
    )
  }

  /** None: that of the last tier does not know what is not flushed. */
  override keyIndex(): undefined {
    return undefined
  }

  override async sync(prefix: Key, call: Call): Promise<void> {
    await orAbort(this.#flusher.flush(), call.signal, 'sync', prefix)
    await super.sync(prefix, call)
  }

  /** Flushes unflushed deletes first, so that they leave their branches. */
  override async prune(prefix: Key, call: Call): Promise<void> {
    await orAbort(this.#flusher.flush(), call.signal, 'prune', prefix)
    await super.prune(prefix, call)
  }

  /** Changes are reported when they reach the last tier. Earlier acknowledged writes are flushed first, if possible. */
  override async *watch(prefix: Key, call: Call): AsyncIterable<Change> {
    call.throwIfAborted('watch', prefix)
    if (this.#unflushed.entries > 0) await orAbort(this.#flusher.round(), call.signal, 'watch', prefix)
    yield* super.watch(prefix, call)
  }

  /** Writes one of them to the tiers below the first. */
  async #flush(write: UnflushedWrite): Promise<void> {
    const { key, call } = write
    const between = this.upper.slice(1)
    const current = asOfNow(write)
    const own = current.type === 'put' ? copyCall(call, current.deadline) : undefined
    if (current.type === 'delete' || own === undefined) {
      await Promise.all(between.map(async tier => tier.drop(key, call)))
      await this.last.remove(key, call)
      return
    }
    await Promise.all(between.map(async tier => tier.invalidate(key, call)))
    const { bytes, etag } = current.found
    const value = Payload.kept(bytes)
    const written = await this.last.write(key, value, own)
    if (written.refused !== undefined)
      throw failure('CONFLICT', 'put', key, 'the last tier refused the value')
    this.#etags.flushed(key, etag, written.etag)
    const copy = copyCall(call, current.deadline)
    await Promise.all(
      between.map(async tier => (copy === undefined ? tier.forget(key, call) : tier.write(key, value, copy))),
    )
  }

  /**
   * Flushes everything that is unflushed. Can be called at any time.
   * @throws DatastoreError `IO` for writes that did not reach the last tier: they are kept and retried.
   */
  override async settle(): Promise<void> {
    await super.settle()
    try {
      await this.#flusher.flush()
    } catch (cause) {
      const { entries } = this.#unflushed
      const what = entries === 1 ? 'one write' : `${entries} writes`
      throw failure('IO', 'close', undefined, `${what} did not reach the last tier`, cause)
    }
  }

  async close(): Promise<void> {
    this.#flusher.stop()
  }
}
