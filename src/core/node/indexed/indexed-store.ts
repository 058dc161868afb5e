import type { Capabilities } from '../../capabilities.ts'
import { ChangeHub } from '../../changes/change-hub.ts'
import { orAbort } from '../../concurrency/abortable.ts'
import { withinTime } from '../../concurrency/within-time.ts'
import type { Change, Child, Entry, ListPage, Stat, StoreStats } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import { Key } from '../../key.ts'
import type { SearchProgress } from '../../key-index/search/key-search.ts'
import type { NameSearch, SearchableKeys } from '../../key-index/search/searchable-keys.ts'
import { listOptionsOf } from '../../list-page.ts'
import type { Call } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { Payload } from '../../open/payload.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import type { ByteStream, Found, Moved, Removed, Store, StoreInfo, Written } from '../../open/store.ts'
import { answer } from '../../query/answer.ts'
import { parseQuery } from '../../query/parse-query.ts'
import type { Query } from '../../query/query.ts'
import type { Indexing } from '../../stack/kind.ts'
import type { KeyValues } from './key-values.ts'
import { NameIndex } from './name-index.ts'

/** Milliseconds after opening for which a level waits for the index, so that a small store is complete at once. */
const FILL_WAIT = 150
/** Milliseconds before the first report of more keys. Each further wait is twice as long, up to the longest. */
const FIRST_REPORT = 250
const MAX_REPORT_INTERVAL = 1000
/** Milliseconds before an unreachable engine is asked again. */
const AGAIN = 1000
/** Milliseconds after which an index is too old if changes by others are not reported. */
const AGE = 10_000
/** And so many times as long as it takes to fill, so that filling it takes a twentieth of the time at most. */
const AGE_BY_EFFORT = 20

/**
 * A store over an engine without order. Levels come from an index of all keys, which is filled in the background;
 * values come from the engine. Until the index is filled, a level has the keys found so far, a count is a lower bound,
 * and a query waits. Watchers get `resync` when more is found.
 *
 * Where the engine does not report what others do, a call that needs an old index has another one filled, and waits for it
 * for a moment.
 */
export class IndexedStore implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly lent = true
  readonly stream?: (key: Key, call: Call) => Promise<ByteStream | undefined>
  readonly sync?: () => Promise<void>
  readonly #values: KeyValues
  readonly #changes = new ChangeHub()
  readonly #end = new AbortController()
  #index = new NameIndex()
  /** The index that will replace the current one once it is filled. */
  #next: NameIndex | undefined
  /** Settles when another index was filled because the current one is old. */
  #renewing: Promise<void> | undefined
  /** Settles when the index was filled that calls have asked for, and that is not begun yet. */
  #again: Promise<void> | undefined
  /** How many calls have asked for that, and how many of them the current index is new enough for. */
  #requested = 0
  #satisfied = 0
  /** When the current index is too old. */
  #due = Infinity
  /** Settles when the index has every key. */
  #filling: Promise<void>
  #isFilled = false
  /** Whether the last report was that keys are being found. */
  #isReported = false
  /** Whether changes were missed since the index that is being filled was begun. */
  #isStale = false
  #open: OpenStore | undefined
  readonly #report: (indexing: Indexing | undefined) => void
  readonly #began = performance.now()

  /** @param report Called when keys are found, and with nothing once all are. */
  constructor(values: KeyValues, report: (indexing: Indexing | undefined) => void = () => undefined) {
    this.#values = values
    this.#report = report
    this.info = values.info
    this.capabilities = { ...values.capabilities, list: 'seek', query: 'scan' }
    if (values.stream !== undefined)
      this.stream = (key, call) => values.stream?.(key, call) as Promise<ByteStream>
    if (values.sync !== undefined) this.sync = () => values.sync?.() as Promise<void>
    values.changes?.(this.#end.signal, change => {
      if (change === 'resync') void this.#refill()
      else this.#changed(change.key, change.isThere)
    })
    this.#filling = this.#fill(this.#index).then(() => this.#filled())
  }

  opened(by: OpenStore): void {
    this.#open = by
  }

  read(key: Key, call: Call): Promise<Found | undefined> {
    return this.#values.read(key, call)
  }

  stat(key: Key): Promise<Stat | undefined> {
    return this.#values.stat(key)
  }

  has(key: Key): Promise<boolean> {
    return this.#values.has(key)
  }

  write(key: Key, value: Payload, call: Call): Promise<Written> {
    // Not an async function, which would create more promises for each write.
    return this.#values.write(key, value, call).then(
      ({ written, isKnown }) => {
        if (written.refused !== undefined) return written
        if (isKnown) this.#emit(key, true)
        else this.#changed(key, true)
        return written
      },
      (error: unknown) => this.#failed(key, error),
    )
  }

  remove(key: Key, call: Call): Promise<Removed> {
    return this.#reported(key, this.#values.remove(key, call), removed => {
      if (removed === 'removed') this.#changed(key, false)
    })
  }

  move(from: Key, to: Key, call: Call): Promise<Moved> {
    return this.#reported(from, this.#values.move(from, to, call), moved => {
      if (moved !== 'moved') return
      this.#changed(from, false)
      this.#changed(to, true)
    })
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    const { after, limit, reverse = false } = listOptionsOf(call)
    if (limit === 0) return { children: [] }
    await orAbort(this.#waitForFill(), call.signal, 'list', prefix)
    const requested = call.options.fresh && !this.#values.reportsOthers ? ++this.#requested : 0
    await orAbort(requested === 0 ? this.#renewed() : this.#readAgain(), call.signal, 'list', prefix)
    // A page of an index that is being filled may lack the latest keys.
    const isPartial = !this.#isFilled || this.#satisfied < requested
    // A program that shows the page is notified of the filled index only if it was notified that filling began.
    if (isPartial && !this.#isReported) this.#reportThat({ keys: 0 })
    const page = await this.#page(prefix, after, limit, reverse)
    return isPartial ? { ...page, isPartial } : page
  }

  /** Resolves once the index is filled, or it takes too long. */
  async #waitForFill(): Promise<void> {
    const remaining = this.#began + FILL_WAIT - performance.now()
    if (!this.#isFilled && remaining > 0) await withinTime(this.#filling, remaining)
  }

  /** A page without values that are gone in the meantime, such as expired ones. */
  async #page(prefix: Key, after: string | undefined, limit: number, reverse: boolean): Promise<ListPage> {
    const children: Child[] = []
    for (let past = after; ; ) {
      const page = await this.#index.level(prefix, { after: past, limit: limit - children.length, reverse })
      children.push(...(await this.#present(page.children)))
      past = page.cursor
      if (past === undefined || children.length === limit) {
        return { children, ...(past !== undefined && { cursor: past }) }
      }
    }
  }

  async #present(children: readonly Child[]): Promise<readonly Child[]> {
    const values = children.filter(({ isValue }) => isValue)
    const isThere = await this.#values.present?.(values.map(({ key }) => key))
    if (isThere === undefined) return children
    const gone = new Set(values.filter((_, index) => isThere[index] === false))
    for (const { key } of gone) this.#changed(key, false)
    return children.flatMap(child => {
      if (!gone.has(child)) return [child]
      return child.isBranch ? [{ ...child, isValue: false }] : []
    })
  }

  /** Waits for the index, so that no key is missing. */
  async *query(query: Query, { signal, span }: Call): AsyncIterable<Entry<Uint8Array>> {
    const parsed = parseQuery(query)
    await orAbort(this.#filling, signal, 'query', parsed.prefix)
    await orAbort(this.#renewed(), signal, 'query', parsed.prefix)
    const open = this.#open
    if (open === undefined) throw failure('CLOSED', 'query', parsed.prefix, 'the store is not open')
    yield* answer(new StoreQuerySource(open, true), parsed, { signal, span })
  }

  keyIndex(): SearchableKeys {
    const [isComplete, filling] = [() => this.#isFilled, () => this.#filling]
    return {
      get isComplete() {
        return isComplete()
      },
      grown: async (limit, signal) => {
        await orAbort(withinTime(filling(), limit), signal, 'search')
      },
      search: (search, signal) => this.#search(search, signal),
    }
  }

  async *#search(search: NameSearch, signal?: AbortSignal): AsyncIterable<SearchProgress> {
    await orAbort(this.#renewed(), signal, 'search')
    yield* this.#index.search(search, signal)
  }

  async stats(): Promise<StoreStats> {
    const count = await this.#values.count()
    if (count !== undefined)
      return { entries: count.entries, accuracy: count.isExact ? 'exact' : 'approximate' }
    await this.#waitForFill()
    if (!this.#isFilled) return { entries: await this.#index.minSize(), accuracy: 'lower-bound' }
    // Until its changes are applied, the index counts a key that was added twice as two.
    const { size, isComplete } = await this.#index.size()
    return { entries: size, accuracy: isComplete ? 'exact' : 'approximate' }
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#changes.watch(prefix, { signal: call.signal }, () => undefined)
  }

  async close(): Promise<void> {
    this.#end.abort()
    this.#changes.close()
    await this.#filling
    await this.#renewing
    await this.#index.close()
    await this.#values.close()
  }

  #changed(key: Key, isThere: boolean): void {
    this.#index.changed(key, isThere)
    this.#next?.changed(key, isThere)
    this.#emit(key, isThere)
  }

  #emit(key: Key, isThere: boolean): void {
    if (this.#changes.hasWatchers) this.#changes.emit({ type: isThere ? 'put' : 'delete', key })
  }

  async #reported<T>(key: Key, made: Promise<T>, report: (answer: T) => void): Promise<T> {
    try {
      const done = await made
      report(done)
      return done
    } catch (error) {
      return this.#failed(key, error)
    }
  }

  /** It is unknown whether the write took effect. */
  #failed(key: Key, error: unknown): never {
    void this.#recheck(key)
    throw error
  }

  async #recheck(key: Key): Promise<void> {
    const isThere = await this.#values.has(key).catch(() => undefined)
    if (isThere === undefined) this.#changes.emit({ type: 'resync', key })
    else this.#changed(key, isThere)
  }

  /** Retries until every key was found, because the engine may be unreachable for a while. */
  async #fill(index: NameIndex): Promise<void> {
    const { signal } = this.#end
    for (let isFilled = false; !isFilled && !signal.aborted; ) {
      try {
        await this.#scan(index, signal)
        isFilled = true
      } catch {
        await orAbort(new Promise(done => setTimeout(done, AGAIN)), signal, 'wait').catch(() => undefined)
      }
    }
  }

  async #scan(index: NameIndex, signal: AbortSignal): Promise<void> {
    const began = performance.now()
    let wait = FIRST_REPORT
    let due = performance.now() + wait
    await this.#values.scan(signal, async packed => {
      await index.add(packed)
      if (signal.aborted || performance.now() < due) return
      wait = Math.min(2 * wait, MAX_REPORT_INTERVAL)
      due = performance.now() + wait
      if (this.#renewing === undefined) await this.#reportOn(index)
    })
    if (signal.aborted) return
    await index.filled()
    this.#agesFrom(began)
  }

  /** The next index is due after a time that depends on how long this one took. */
  #agesFrom(began: number): void {
    if (this.#values.reportsOthers) return
    const now = performance.now()
    this.#due = now + Math.max(AGE, AGE_BY_EFFORT * (now - began))
  }

  /** Has an old index replaced in the background. Resolves once it is, or it takes too long. */
  async #renewed(): Promise<void> {
    if (performance.now() >= this.#due) this.#renewIfFilled()
    if (this.#renewing !== undefined) await withinTime(this.#renewing, FILL_WAIT)
  }

  /** Replaces the index by one that is begun from now on. Resolves once it is, or it takes too long. */
  async #readAgain(): Promise<void> {
    // Several calls share the next index.
    this.#again ??= this.#renewNext()
    await withinTime(this.#again, FILL_WAIT)
  }

  async #renewNext(): Promise<void> {
    await this.#filling
    await this.#renewing
    // What is read from now on may be older than a call that is yet to come.
    this.#again = undefined
    this.#renewIfFilled()
    await this.#renewing
  }

  #renewIfFilled(): void {
    if (!this.#isFilled || this.#next !== undefined || this.#isStale || this.#end.signal.aborted) return
    this.#renewing = this.#renew().finally(() => {
      this.#renewing = undefined
    })
  }

  /** An engine that fails is asked again when the next call needs the index, after the same time. */
  async #renew(): Promise<void> {
    const began = performance.now()
    const [next, old, requested] = [new NameIndex(), this.#index, this.#requested]
    this.#next = next
    try {
      await this.#scan(next, this.#end.signal)
      if (this.#end.signal.aborted) return
      this.#index = next
      this.#satisfied = requested
      this.#reportThat({ keys: 0 })
      this.#filled()
    } catch {
      this.#agesFrom(began)
      this.#satisfied = requested
      if (this.#isReported) this.#reportThat(undefined)
    } finally {
      this.#next = undefined
      await (this.#index === next ? old : next).retire()
    }
  }

  async #reportOn(index: NameIndex): Promise<void> {
    const [{ size }, count] = await Promise.all([index.size(), this.#values.count()])
    if (this.#end.signal.aborted) return
    this.#reportThat({ keys: size, ...(count !== undefined && { of: count.entries }) })
    this.#changes.emit({ type: 'resync', key: Key.root })
  }

  #reportThat(indexing: Indexing | undefined): void {
    this.#isReported = indexing !== undefined
    this.#report(indexing)
  }

  #filled(): void {
    if (this.#end.signal.aborted) return
    this.#isFilled = true
    this.#reportThat(undefined)
    this.#changes.emit({ type: 'resync', key: Key.root })
  }

  /** Changes may have been missed: fills another index, and uses the old one until then. */
  async #refill(): Promise<void> {
    this.#changes.emit({ type: 'resync', key: Key.root })
    if (this.#isStale) return
    this.#isStale = true
    await this.#filling
    await this.#renewing
    this.#isStale = false
    if (this.#end.signal.aborted) return
    const next = new NameIndex()
    const requested = this.#requested
    this.#next = next
    // A program that shows levels lists them again when filling ends, which is reported only after a beginning.
    this.#reportThat({ keys: 0 })
    this.#filling = this.#fill(next).then(async () => {
      const old = this.#index
      this.#index = next
      this.#next = undefined
      this.#satisfied = requested
      this.#filled()
      await old.retire()
    })
  }
}
