import { clampRange, piecesOf } from '../bytes.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import { failure } from '../errors.ts'
import { Key } from '../key.ts'
import { listOptionsOf } from '../list-page.ts'
import { after, type Call, type Maybe } from '../open/call.ts'
import { statOf } from '../open/completion.ts'
import { Payload } from '../open/payload.ts'
import { checkConditions } from '../open/refusals.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  Store,
  StoreInfo,
  StoreTransaction,
  Written,
} from '../open/store.ts'
import type { Gate } from '../open/turns.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { countRecords } from './count.ts'
import type { Expect, OrderedDriver, Outcome, Row, Seen, Write } from './driver.ts'
import type { Layout } from './layout.ts'
import { capabilitiesOf } from './ordered-capabilities.ts'
import { OrderedChanges } from './ordered-changes.ts'
import { orderedPlan, orderedQuery } from './ordered-query.ts'
import type { Made, Making, RecordForm } from './record-form.ts'
import type { Expiries } from './strata/expiries.ts'
import { TransactionDriver } from './transaction-driver.ts'

/** Issues the version of each write, if the engine does not. */
export interface Versions {
  next(): Maybe<number>
  /** The engine holds other data now. */
  startAgain?(): void
}

/** The parts of an ordered store. Stores over the same data share all of them but the layout. */
export interface OrderedParts {
  readonly driver: OrderedDriver
  readonly layout: Layout
  readonly form: RecordForm
  /** Absent where etags are computed from the content. */
  readonly versions?: Versions | undefined
  /** Present where the form keeps expiry times in records of their own. */
  readonly expiries?: Expiries | undefined
  readonly gate?: Gate | undefined
  /** A write waits until it survives a power cut. */
  readonly isDurable: boolean
  readonly isReadOnly: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The store over every engine that keeps keys in order: a driver, a layout of keys and a form of records. */
export class OrderedStore implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly lent = true
  readonly gate: Gate | undefined
  readonly #parts: OrderedParts
  readonly #driver: OrderedDriver
  readonly #layout: Layout
  readonly #form: RecordForm
  readonly #changes: OrderedChanges

  constructor(parts: OrderedParts) {
    const { driver, layout, form } = parts
    this.#parts = parts
    this.#driver = driver
    this.#layout = layout
    this.#form = form
    this.#changes = new OrderedChanges(driver, layout, parts.expiries)
    this.gate = parts.gate
    this.info = { kind: driver.info.kind, id: driver.info.id }
    this.capabilities = capabilitiesOf(driver, layout, form, parts.isReadOnly)
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) return undefined
    const row = this.#driver.get(bytes, undefined, call.signal)
    return row instanceof Promise ? row.then(this.#found) : this.#found(row)
  }

  /** The version in a row, unless it has expired. */
  readonly #found = (row: Row | undefined): Found | undefined => {
    if (row === undefined) return undefined
    const found = this.#form.found(row)
    return this.#isOver(found.expires) ? undefined : found
  }

  #isOver(expires: number | undefined): boolean {
    return expires !== undefined && expires <= this.#parts.now()
  }

  /**
   * Reads in one call of the engine, so that all bytes are of one version. The value is read whole unless a range is
   * requested.
   */
  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const { start, end } = call.options
    const { signal } = call
    if (!this.capabilities.read.range || (start === undefined && end === undefined)) {
      return after(this.read(key, call), found => found && piecesOf(found.bytes, key, { signal }))
    }
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) return undefined
    const part = clampRange(call.options, Number.MAX_SAFE_INTEGER)
    const row = this.#driver.get(bytes, part, signal)
    return after(row, one => one && piecesOf(one.value ?? new Uint8Array(), key, { signal }))
  }

  has(key: Key, call: Call): Maybe<boolean> {
    const driver = this.#driver
    // If values may have expired and only their records say so, the record must be read.
    if (driver.has === undefined || this.#parts.expiries?.mayBeDue === true) {
      return after(this.stat(key, call), stat => stat !== undefined)
    }
    const bytes = this.#layout.encode(key)
    return bytes !== undefined && driver.has(bytes, call.signal)
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const driver = this.#driver
    if (driver.head === undefined || this.#form.etag === 'content') return after(this.read(key, call), statOf)
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) return undefined
    return after(driver.head(bytes, call.signal), row => {
      const stat = row && this.#form.stat(row)
      return this.#isOver(stat?.expires) ? undefined : stat
    })
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const bytes = this.#keyToWrite('put', key)
    const { versions, now } = this.#parts
    const { ttl } = call.options
    const mtime = now()
    const expires =
      ttl === undefined || ttl === Infinity ? undefined : Math.min(Math.ceil(mtime + ttl), LAST_TIME)
    const version = versions?.next() ?? 0
    if (version instanceof Promise) {
      value.keepBytes()
      return version.then(one => this.#write(key, bytes, value, { version: one, mtime, expires }, call))
    }
    return this.#write(key, bytes, value, { version, mtime, expires }, call)
  }

  #write(key: Key, bytes: Uint8Array, value: Payload, making: Making, call: Call): Maybe<Written> {
    const expect = this.#expected(call)
    const recorded = this.#form.expires === 'record' ? making.expires : undefined
    const isDirect = expect !== undefined && recorded === undefined
    const made = this.#form.make(value, making, isDirect && this.#driver.info.lent === true)
    if (isDirect) return this.#directWrite(key, bytes, made, expect, call)
    return this.#changes.after('put', key, this.#checkedWrite(bytes, made, recorded, call), isWritten)
  }

  /** The condition for the engine; `undefined` where the record must be read to check it. */
  #expected({ options }: Call): Expect | undefined {
    const { create, replace, ifMatch } = options
    if (create && replace && ifMatch === undefined) return 'any'
    if (this.#parts.expiries?.mayBeDue === true) return undefined
    if (ifMatch !== undefined) return create && replace ? this.#form.seenBy(ifMatch) : undefined
    return create ? 'absent' : 'present'
  }

  #directWrite(key: Key, bytes: Uint8Array, made: Made, expect: Expect, call: Call): Maybe<Written> {
    const { value, version, mtime, expires, wrote } = made.record
    const write = { key: bytes, value, expect, version, mtime, expires, wrote }
    const outcome = this.#driver.write(write, this.#parts.isDurable, call.signal)
    const answer = (one: Outcome): Written => {
      if (one !== 'done') {
        return { refused: one === 'absent' && call.options.ifMatch !== undefined ? 'changed' : one }
      }
      this.#changes.emit('put', key)
      return made.written
    }
    // Not `#changes.after`, which would create one more promise for each write.
    return outcome instanceof Promise
      ? outcome.then(answer, (error: unknown) => this.#changes.afterFailure(key, error))
      : answer(outcome)
  }

  /**
   * Reads, checks the conditions, and writes if the record is unchanged.
   * @param expires The expiry time, if a record of its own holds it.
   */
  async #checkedWrite(
    key: Uint8Array,
    made: Made,
    expires: number | undefined,
    call: Call,
  ): Promise<Written> {
    const { record, written } = made
    for (;;) {
      const { seen, found } = await this.#readState(key, call)
      const refused = checkConditions(found?.etag, call.options)
      if (refused !== undefined) return { refused }
      if (await this.#apply([{ key, seen }], [{ key, ...record }], expires, call)) return written
      call.throwIfAborted('put')
    }
  }

  /** What the engine holds under a key: an expired value is in `seen` but not in `found`. */
  async #readState(
    key: Uint8Array,
    call: Call,
  ): Promise<{ readonly seen: Seen; readonly found: Found | undefined }> {
    const row = await this.#driver.get(key, undefined, call.signal)
    return { seen: row === undefined ? 'absent' : this.#form.seen(row), found: this.#found(row) }
  }

  /**
   * Checks and writes atomically.
   * @param expires The expiry time of the first write, if a record of its own holds it.
   * @returns False if a check failed: nothing is written.
   */
  #apply(
    checks: readonly { readonly key: Uint8Array; readonly seen: Seen }[],
    writes: readonly Omit<Write, 'expect'>[],
    expires: number | undefined,
    call: Call,
  ): Maybe<boolean> {
    const { isDurable, expiries } = this.#parts
    const [check] = checks
    const [first] = writes
    if (first !== undefined && expires === undefined && writes.length === 1 && check !== undefined) {
      const outcome = this.#driver.write({ ...first, expect: check.seen }, isDurable, call.signal)
      return after(outcome, one => one === 'done')
    }
    const driver = this.#driver
    if (driver.commit === undefined) throw new Error('The engine writes one record at a time')
    const all =
      expires === undefined || first === undefined || expiries === undefined
        ? writes
        : [...writes, expiries.record(expires, first.key)]
    return after(driver.commit(checks, all, isDurable, call.signal), isDone => {
      if (isDone && expires !== undefined) expiries?.added(expires)
      return isDone
    })
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) return 'absent'
    const { ifMatch } = call.options
    const expect = ifMatch === undefined ? 'any' : this.#form.seenBy(ifMatch)
    const removed =
      expect === undefined || this.#parts.expiries?.mayBeDue === true
        ? this.#checkedRemove(bytes, call)
        : after(
            this.#driver.write({ key: bytes, value: undefined, expect }, this.#parts.isDurable, call.signal),
            removedBy,
          )
    return this.#changes.after('delete', key, removed, one => one === 'removed')
  }

  async #checkedRemove(key: Uint8Array, call: Call): Promise<Removed> {
    const { ifMatch } = call.options
    for (;;) {
      const { seen, found } = await this.#readState(key, call)
      if (found === undefined) return 'absent'
      if (ifMatch !== undefined && ifMatch !== found.etag) return 'changed'
      if (await this.#apply([{ key, seen }], [{ key, value: undefined }], undefined, call)) return 'removed'
      call.throwIfAborted('delete')
    }
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#layout.encode(from)
    const target = this.#keyToWrite('rename to', to)
    if (source === undefined) return 'absent'
    for (;;) {
      const { seen, found } = await this.#readState(source, call)
      if (found === undefined) return 'absent'
      const there = await this.#readState(target, call)
      if (!call.options.replace && there.found !== undefined) return 'exists'
      const version = (await this.#parts.versions?.next()) ?? 0
      const making = { version, mtime: this.#parts.now(), expires: found.expires }
      const { record } = this.#form.make(Payload.kept(found.bytes), making, false)
      const checks = [
        { key: source, seen },
        ...(call.options.replace ? [] : [{ key: target, seen: there.seen }]),
      ]
      const writes = [
        { key: target, ...record },
        { key: source, value: undefined },
      ]
      call.throwIfAborted('rename', from)
      const hasRecord = this.#form.expires === 'record' ? found.expires : undefined
      if (!(await this.#apply(checks, writes, hasRecord, call))) continue
      this.#changes.emit('delete', from)
      this.#changes.emit('put', to)
      return 'moved'
    }
  }

  async batch(operations: readonly Operation[], call: Call): Promise<void> {
    const { versions, now, isDurable } = this.#parts
    const mtime = now()
    const writes: Omit<Write, 'expect'>[] = []
    for (const operation of operations) {
      const key = this.#keyToWrite(operation.type, operation.key)
      if (operation.type === 'delete') {
        writes.push({ key, value: undefined })
        continue
      }
      const next = versions?.next() ?? 0
      const version = next instanceof Promise ? await next : next
      const making = { version, mtime, expires: undefined }
      const { record } = this.#form.make(Payload.kept(operation.bytes), making, false)
      writes.push({ key, ...record })
    }
    if (writes.length === 0) return
    call.throwIfAborted('commit a batch')
    try {
      const { capabilities } = this.#driver
      if (capabilities.commit === false) await this.#driver.writeAll?.(writes, isDurable, call.signal)
      else await this.#driver.commit?.([], writes, isDurable, call.signal)
    } catch (error) {
      this.#changes.emitResync(Key.root)
      throw error
    }
    for (const { type, key } of operations) this.#changes.emit(type, key)
  }

  begin(): StoreTransaction {
    const driver = new TransactionDriver(this.#driver, this.#form)
    const layout = this.#layout.inside?.() ?? this.#layout
    const parts = { ...this.#parts, driver, layout, gate: undefined }
    const store = new OrderedStore(parts)
    return { store, commit: () => this.#commit(driver), rollback: () => undefined }
  }

  async #commit(driver: TransactionDriver): Promise<boolean> {
    const { expiries, isDurable } = this.#parts
    if (!(await driver.apply(isDurable))) return false
    for (const { key, value } of driver.writes) {
      expiries?.noticed(key)
      const decoded = this.#layout.decode(key)
      if (decoded !== undefined) this.#changes.emit(value === undefined ? 'delete' : 'put', decoded)
    }
    return true
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    await this.#parts.expiries?.sweep()
    const { after: past, limit, reverse = false } = listOptionsOf(call)
    if (limit === 0) return { children: [] }
    return this.#layout.level(this.#driver, prefix, { after: past, limit, reverse, signal: call.signal })
  }

  /** Answers queries that one range of the engine can answer. `undefined` leaves the query to the query engine. */
  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> | undefined {
    const { expiries } = this.#parts
    return orderedQuery(query, { ...this.#parts, sweep: () => expiries?.sweep(), found: this.#found }, call)
  }

  explain(query: Query): QueryPlan {
    return orderedPlan(this.info.kind, query)
  }

  async stats(call: Call): Promise<StoreStats> {
    await this.#parts.expiries?.sweep()
    const estimate = await this.#driver.estimate?.(call.signal)
    if (estimate !== undefined) return { entries: estimate, accuracy: 'approximate' }
    return countRecords(this.#driver, this.#layout.rangeBelow(Key.root), call.signal)
  }

  sync(): Maybe<void> {
    return this.#driver.sync?.()
  }

  /** Changes through this store, and those of others that the engine reports. */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#changes.watch(prefix, call.signal)
  }

  /** Called when an expired value was removed. */
  expired(bytes: Uint8Array): void {
    const key = this.#layout.decode(bytes)
    if (key !== undefined) this.#changes.emit('delete', key)
  }

  /** Called when the engine is reachable again: changes may have been missed. */
  mayHaveChanged(): void {
    this.#changes.emitResync(Key.root)
  }

  /** @throws DatastoreError `KEY_INVALID` for a key that the layout or the engine cannot hold. */
  #keyToWrite(action: string, key: Key): Uint8Array {
    const bytes = this.#layout.encode(key)
    if (bytes === undefined) throw failure('KEY_INVALID', action, key, this.#layout.problem(key))
    const { keyBytes } = this.#driver.capabilities
    if (keyBytes !== undefined && bytes.length + this.#form.keyOverhead > keyBytes) {
      const state = `it takes ${bytes.length} bytes in the engine, which is more than the engine accepts`
      throw failure('KEY_INVALID', action, key, state)
    }
    return bytes
  }

  async close(): Promise<void> {
    this.#changes.close()
    await this.#driver.close()
  }
}

/** The latest time that a record can hold, in milliseconds since 1970. */
const LAST_TIME = 2 ** 48 - 1

function isWritten({ refused }: Written): boolean {
  return refused === undefined
}

function removedBy(outcome: Outcome): Removed {
  return outcome === 'done' ? 'removed' : outcome === 'changed' ? 'changed' : 'absent'
}
