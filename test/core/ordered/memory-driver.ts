import { failure } from '../../../src/core/errors.ts'
import type { Maybe } from '../../../src/core/open/call.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  Outcome,
  Range,
  Row,
  Write,
} from '../../../src/core/ordered/driver.ts'
import { areSeen, outcomeOf } from '../../../src/core/ordered/expect.ts'
import { SortedRows } from '../../../src/core/ordered/sorted-rows.ts'

/** Options of an engine in memory. */
export interface MemoryEngineOptions {
  /** Waits before each answer. Default: it answers without a promise. */
  readonly delay?: (() => Promise<void>) | undefined
  readonly columns?: boolean | undefined
  readonly capabilities?: Partial<DriverCapabilities> | undefined
  readonly now?: (() => number) | undefined
  readonly info?: Partial<DriverInfo> | undefined
}

/** The data of engines in memory. Drivers over the same place see each other's writes. */
export class MemoryPlace {
  readonly id = `memory-engine:${crypto.randomUUID()}`
  readonly rows = new SortedRows<Row>()
}

/** An engine that is a sorted array. */
export class MemoryDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  /** Rows returned by ranges, and the number of ranges. */
  rowsGiven = 0
  ranges = 0
  readonly #place: MemoryPlace
  readonly #delay: (() => Promise<void>) | undefined
  readonly #now: () => number
  #isClosed = false

  constructor(place = new MemoryPlace(), options: MemoryEngineOptions = {}) {
    this.#place = place
    this.#delay = options.delay
    this.#now = options.now ?? Date.now
    this.info = {
      kind: 'memory-engine',
      id: place.id,
      readAhead: 8,
      maxRows: 100,
      text: false,
      columns: options.columns ?? false,
      ...options.info,
    }
    this.capabilities = {
      writable: true,
      conditions: 'everyone',
      commit: { most: Number.POSITIVE_INFINITY, ranges: true },
      durable: true,
      parts: true,
      shared: true,
      ...options.capabilities,
    }
  }

  get(key: Uint8Array, part?: { readonly start: number; readonly end: number }): Maybe<Row | undefined> {
    return this.#later(() => {
      const row = this.#find(key)
      return row && shown({ ...row, value: row.value?.slice(part?.start, part?.end) })
    })
  }

  head(key: Uint8Array): Maybe<Row | undefined> {
    return this.#later(() => {
      const row = this.#find(key)
      return row && shown(this.info.columns ? { ...row, value: undefined } : row)
    })
  }

  has(key: Uint8Array): Maybe<boolean> {
    return this.#later(() => this.#find(key) !== undefined)
  }

  write(write: Write): Maybe<Outcome> {
    return this.#later(() => {
      const outcome = outcomeOf(write, this.#find(write.key))
      if (outcome === 'done') this.#apply(write)
      return outcome
    })
  }

  commit(checks: readonly Check[], writes: readonly Omit<Write, 'expect'>[]): Maybe<boolean> {
    return this.#later(() => {
      const isSeen = areSeen(
        checks,
        key => this.#find(key),
        range => this.#range(range),
      )
      if (isSeen) for (const write of writes) this.#apply(write)
      return isSeen
    })
  }

  range(range: Range): Maybe<readonly Row[]> {
    return this.#later(() => {
      const rows = this.#range(range)
      this.ranges++
      this.rowsGiven += rows.length
      return rows
    })
  }

  close(): void {
    this.#isClosed = true
  }

  #range({ from, to, limit, reverse, keysOnly }: Range): Row[] {
    const rows = this.#place.rows.between(from, to).filter(row => !this.#isOver(row))
    const most = Math.min(limit, this.info.maxRows)
    const chosen = reverse ? rows.toReversed().slice(0, most) : rows.slice(0, most)
    return chosen.map(row => (keysOnly ? { key: row.key.slice() } : shown(row)))
  }

  #find(key: Uint8Array): Row | undefined {
    const row = this.#place.rows.get(key)
    return row === undefined || this.#isOver(row) ? undefined : row
  }

  #isOver({ expires }: Row): boolean {
    return expires !== undefined && expires <= this.#now()
  }

  #apply({ key, value, version, mtime, expires }: Omit<Write, 'expect'>): void {
    if (value === undefined) this.#place.rows.delete(key)
    else {
      const columns = this.info.columns ? { version, mtime, expires } : {}
      this.#place.rows.set({ key: key.slice(), value: value.slice(), size: value.length, ...columns })
    }
  }

  #later<T>(work: () => T): Maybe<T> {
    if (this.#isClosed) throw failure('CLOSED', 'use an engine', undefined, 'it is closed')
    return this.#delay === undefined ? work() : this.#delay().then(work)
  }
}

function shown(row: Row): Row {
  return { ...row, key: row.key.slice(), value: row.value?.slice() }
}

/** Waits for a few turns of the event loop, a different number each time. */
export function randomDelay(): Promise<void> {
  const turns = Math.floor(Math.random() * 4)
  return Array.from({ length: turns }).reduce<Promise<void>>(
    before => before.then(() => new Promise(resolve => setImmediate(resolve))),
    Promise.resolve(),
  )
}
