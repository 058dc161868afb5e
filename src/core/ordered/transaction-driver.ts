import { after, type Maybe } from '../open/call.ts'
import { compareBytes, followedBy } from './byte-order.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  Outcome,
  Range,
  Row,
  Write,
} from './driver.ts'
import { areSeen, outcomeOf } from './expect.ts'
import type { RecordForm } from './record-form.ts'
import { SortedRows } from './sorted-rows.ts'

/** A write that waits for the commit. A write without a value removes the key. */
type Waiting = Omit<Write, 'expect'>

/**
 * The inside of a transaction, as an engine of its own. Writes are collected, and visible inside at once. What was read
 * from the engine below is recorded, and must be unchanged when the writes are committed in one step. Source: Kung and
 * Robinson, "On Optimistic Methods for Concurrency Control", 1981.
 */
export class TransactionDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #below: OrderedDriver
  readonly #form: RecordForm
  readonly #waiting = new SortedRows<Waiting>()
  readonly #checks: Check[] = []
  /** Keys whose state is already recorded: the first read counts. */
  readonly #noted = new SortedRows<{ readonly key: Uint8Array }>()

  constructor(below: OrderedDriver, form: RecordForm) {
    this.#below = below
    this.#form = form
    // Writes wait here until all are applied.
    this.info = { ...below.info, lent: false }
    const commit = { most: Number.POSITIVE_INFINITY, ranges: true }
    this.capabilities = { ...below.capabilities, commit, parts: false, shared: false }
  }

  get(key: Uint8Array, _part?: unknown, signal?: AbortSignal): Maybe<Row | undefined> {
    const own = this.#waiting.get(key)
    if (own !== undefined) return rowOf(own)
    return after(this.#below.get(key, undefined, signal), row => {
      this.#note(key, row)
      return row
    })
  }

  write(write: Write, _durable: boolean, signal?: AbortSignal): Maybe<Outcome> {
    if (write.expect === 'any' && write.value !== undefined) {
      this.#waiting.set(write)
      return 'done'
    }
    return after(this.get(write.key, undefined, signal), row => {
      const outcome = outcomeOf(write, row)
      if (outcome === 'done') this.#waiting.set(write)
      return outcome
    })
  }

  async commit(checks: readonly Check[], writes: readonly Waiting[]): Promise<boolean> {
    const rows = new SortedRows<Row>()
    for (const check of checks) {
      if ('range' in check) throw new Error('Transactions cannot be nested')
      const row = await this.get(check.key)
      if (row !== undefined) rows.set(row)
    }
    if (
      !areSeen(
        checks,
        key => rows.get(key),
        () => [],
      )
    )
      return false
    for (const write of writes) this.#waiting.set(write)
    return true
  }

  async range(range: Range, signal?: AbortSignal): Promise<readonly Row[]> {
    const { limit, reverse } = range
    const rows: Row[] = []
    let { from, to } = range
    for (;;) {
      const given = await this.#rangeBelow({ ...range, from, to, limit }, signal)
      const isLast = given.length < limit
      const last = given.at(-1)?.key
      // The collected writes are merged as far as the rows below are known.
      const known =
        isLast || last === undefined
          ? { from, to }
          : reverse
            ? { from: last, to }
            : { from, to: followedBy(last, 0) }
      rows.push(...merged(given, this.#waiting.between(known.from, known.to), reverse))
      if (isLast || rows.length >= limit) return rows.slice(0, limit)
      if (reverse) to = known.from
      else from = known.to
    }
  }

  async #rangeBelow(range: Range, signal?: AbortSignal): Promise<readonly Row[]> {
    const rows = await this.#below.range(range, signal)
    this.#checks.push({ range, keys: rows.map(({ key }) => key) })
    if (!range.keysOnly) for (const row of rows) this.#note(row.key, row)
    return rows
  }

  #note(key: Uint8Array, row: Row | undefined): void {
    if (this.#noted.get(key) !== undefined) return
    this.#noted.set({ key })
    this.#checks.push({ key, seen: row === undefined ? 'absent' : this.#form.seen(row) })
  }

  /** The collected writes, in order of keys. */
  get writes(): readonly Waiting[] {
    return this.#waiting.all
  }

  /** @returns False if anything that was read has changed: nothing is written. */
  apply(durable: boolean): Maybe<boolean> {
    return this.#below.commit?.(this.#checks, this.writes, durable) ?? false
  }

  close(): void {
    // The engine below stays open.
  }
}

function rowOf({ key, value, version, mtime, expires }: Waiting): Row | undefined {
  return value && { key, value, version, mtime, expires, size: value.length }
}

/** Rows merged with the collected writes, in order. */
function merged(rows: readonly Row[], waiting: readonly Waiting[], isReverse: boolean): Row[] {
  if (waiting.length === 0) return [...rows]
  const own = isReverse ? waiting.toReversed() : waiting
  const all: Row[] = []
  let next = 0
  const isBefore = (a: Uint8Array, b: Uint8Array) => compareBytes(isReverse ? b : a, isReverse ? a : b) < 0
  for (const row of rows) {
    for (; next < own.length && isBefore((own[next] as Waiting).key, row.key); next++) {
      all.push(...given(own[next]))
    }
    const write = own[next]
    if (write === undefined || compareBytes(write.key, row.key) !== 0) all.push(row)
  }
  for (const write of own.slice(next)) all.push(...given(write))
  return all
}

function given(write: Waiting | undefined): Row[] {
  const row = write && rowOf(write)
  return row === undefined ? [] : [row]
}
