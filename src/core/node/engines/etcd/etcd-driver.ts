import type { IKeyValue } from 'etcd3'
import { orAbort } from '../../../concurrency/abortable.ts'
import { DatastoreError } from '../../../errors.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  OrderedDriver,
  OthersChange,
  Outcome,
  Range,
  Row,
  Write,
} from '../../../ordered/driver.ts'
import { HEADER_BYTES } from '../../../ordered/strata/header.ts'
import { inGroups } from '../../in-groups.ts'
import { isPlainPut, SharedPuts } from '../shared-puts.ts'
import { TurnGroup } from '../turn-group.ts'
import { EtcdChanges } from './etcd-changes.ts'
import type { EtcdConnection } from './etcd-connection.ts'
import { EtcdRows } from './etcd-rows.ts'
import { EtcdWrites, firstKey, MAX_OPERATIONS, type Written } from './etcd-writes.ts'
import { copyOf } from './failures.ts'

/** Rows of one request, with and without values, which have up to 1.5 MiB each. */
const KEYS_AT_ONCE = 2000
const VALUES_AT_ONCE = 100
/** Single keys that are read by one request: few, so that the server works on several requests at once. */
const READS_AT_ONCE = 16
/** The maximum number of bytes of a request, by the default of the server, and what is left for the rest of it. */
const REQUEST_BYTES = 1_572_864
const REQUEST_ROOM = 4096
const KEY_BYTES = 16_384

export interface EtcdDriverParts {
  readonly connection: EtcdConnection
  readonly prefix: Buffer
  /** Names the data. */
  readonly id: string
  /** Whether values have a header, as in layout `strata`. */
  readonly isStrata: boolean
  /** Reads the data as they were at this revision. */
  readonly revision: number | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The keys below a prefix of an etcd cluster. */
export class EtcdDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly changes?: (listener: (change: OthersChange) => void) => () => void
  readonly #parts: EtcdDriverParts
  readonly #connection: EtcdConnection
  readonly #rows: EtcdRows
  readonly #writes: EtcdWrites
  readonly #followed: EtcdChanges
  readonly #puts: SharedPuts<Written>
  /** Reads of one turn of the event loop share a transaction. */
  readonly #reads = new TurnGroup<Buffer, IKeyValue | undefined>({
    one: key => this.#read(key),
    many: async keys =>
      (await Promise.all(inGroups(keys, READS_AT_ONCE).map(group => this.#readAll(group)))).flat(),
    bytesOf: key => key.length,
    failureOf: error => (isLost(error) ? copyOf(error, 'get') : undefined),
  })

  constructor(parts: EtcdDriverParts) {
    const { connection, prefix, id, isStrata, revision, now } = parts
    this.#parts = parts
    this.#connection = connection
    this.#rows = new EtcdRows(prefix, isStrata)
    const range = (wanted: Range) => this.range(wanted)
    this.#writes = new EtcdWrites({ connection, rows: this.#rows, range, now })
    this.#followed = new EtcdChanges(connection, this.#rows)
    this.#puts = new SharedPuts<Written>({
      one: put => this.#writes.write(put, undefined),
      all: puts => this.#writes.putAll(puts),
      copyOf: failed => copyOf(failed, 'write'),
      maxBytes: REQUEST_BYTES - REQUEST_ROOM,
    })
    const most = { readAhead: 1000, maxRows: KEYS_AT_ONCE }
    this.info = { kind: 'etcd', id, ...most, text: false, columns: isStrata, revisions: true }
    this.capabilities = {
      writable: revision === undefined,
      conditions: 'everyone',
      commit: { most: MAX_OPERATIONS, ranges: true },
      durable: true,
      parts: false,
      shared: revision === undefined,
      keyBytes: KEY_BYTES - prefix.length,
      valueBytes: REQUEST_BYTES - KEY_BYTES - REQUEST_ROOM - (isStrata ? HEADER_BYTES : 0),
    }
    if (revision === undefined) this.changes = listener => this.#followed.follow(listener)
  }

  async get(key: Uint8Array, _part?: unknown, signal?: AbortSignal): Promise<Row | undefined> {
    const kv = await this.#one(key, false, signal)
    return kv && this.#rows.rowOf(kv, this.#parts.now())
  }

  async has(key: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const kv = await this.#one(key, true, signal)
    // What has a lease may have expired.
    if (kv === undefined || kv.lease === '0') return kv !== undefined
    const whole = await this.#one(key, false, signal)
    return whole !== undefined && this.#rows.isThere(whole, this.#parts.now())
  }

  async #one(key: Uint8Array, isKeyOnly: boolean, signal?: AbortSignal): Promise<IKeyValue | undefined> {
    const own = this.#rows.keyOf(key)
    if (own.length === 0) return undefined
    if (!isKeyOnly) return orAbort(this.#reads.push(own), signal, 'get')
    const wanted = { key: own, keys_only: true, ...this.#at }
    const { kvs } = await this.#connection.call('get', ({ kv }) => kv.range(wanted), signal)
    return kvs[0]
  }

  async #read(key: Buffer): Promise<IKeyValue | undefined> {
    const { kvs } = await this.#connection.call('get', ({ kv }) => kv.range({ key, ...this.#at }))
    return kvs[0]
  }

  async #readAll(keys: readonly Buffer[]): Promise<readonly (IKeyValue | undefined)[]> {
    const success = keys.map(key => ({ request_range: { key, ...this.#at } }))
    const { responses } = await this.#connection.call('get', ({ kv }) => kv.txn({ success }))
    return responses.map(({ response_range: { kvs } }) => kvs[0])
  }

  async range({ from, to, limit, reverse, keysOnly }: Range, signal?: AbortSignal): Promise<readonly Row[]> {
    let [low, high] = [firstKey(this.#rows.keyOf(from)), this.#rows.keyOf(to)]
    const rows: Row[] = []
    const most = Math.min(limit, this.info.maxRows)
    while (rows.length < most && Buffer.compare(low, high) < 0) {
      const wanted = Math.min(most - rows.length, keysOnly ? KEYS_AT_ONCE : VALUES_AT_ONCE)
      const request = {
        key: low,
        range_end: high,
        limit: wanted,
        keys_only: keysOnly,
        ...(reverse && { sort_order: 'Descend' as const, sort_target: 'Key' as const }),
        ...this.#at,
      }
      const { kvs } = await this.#connection.call('read a range', ({ kv }) => kv.range(request), signal)
      rows.push(...(await this.#visible(kvs, keysOnly, signal)))
      const last = kvs.at(-1)?.key
      if (kvs.length < wanted || last === undefined) break
      if (reverse) high = last
      else low = Buffer.concat([last, Buffer.of(0)])
    }
    return rows
  }

  /** Rows that have not expired. Without their values this is known only for those without a lease. */
  async #visible(
    kvs: readonly IKeyValue[],
    keysOnly: boolean,
    signal: AbortSignal | undefined,
  ): Promise<readonly Row[]> {
    if (!keysOnly) return kvs.flatMap(kv => this.#rows.rowOf(kv, this.#parts.now()) ?? [])
    const isThere = await Promise.all(
      kvs.map(async ({ key, lease }) => {
        const mayExpire = this.#rows.hasHeader && lease !== '0'
        return !mayExpire || this.has(this.#rows.nameOf(key), signal)
      }),
    )
    return kvs.flatMap(({ key }, index) => (isThere[index] === true ? [{ key: this.#rows.nameOf(key) }] : []))
  }

  async write(write: Write, _durable: boolean, signal?: AbortSignal): Promise<Outcome> {
    const isShared = isPlainPut(write) && write.key.length > 0 && signal?.aborted !== true
    const written = isShared ? this.#puts.put(write) : this.#writes.write(write, signal)
    const { outcome, revision } = await this.#followed.own(written, one => one.revision)
    if (outcome === 'done') write.wrote?.(revision)
    return outcome
  }

  async commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    _durable: boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const revision = await this.#followed.own(this.#writes.commit(checks, writes, signal), one => one ?? 0)
    if (revision === undefined) return false
    for (const { wrote } of writes) wrote?.(revision)
    return true
  }

  async count(
    { from, to }: Pick<Range, 'from' | 'to'>,
    signal?: AbortSignal,
  ): Promise<{ readonly count: number; readonly last: undefined }> {
    const [key, end] = [firstKey(this.#rows.keyOf(from)), this.#rows.keyOf(to)]
    const request = { key, range_end: end, count_only: true, ...this.#at }
    const { count } = await this.#connection.call('count', ({ kv }) => kv.range(request), signal)
    return { count: Number(count), last: undefined }
  }

  onReconnected(key: Uint8Array, listener: (value: Uint8Array | undefined) => void): void {
    this.#connection.onReached(async () => {
      // The client itself, because other calls wait for this one.
      const { kvs } = await this.#connection.client.kv.range({ key: this.#rows.keyOf(key) })
      listener(kvs[0]?.value)
    })
  }

  /** Every answered write is on the devices of most members. */
  sync(): void {
    // Nothing is left to do.
  }

  async close(): Promise<void> {
    this.#followed.close()
    await this.#connection.close()
  }

  get #at(): { readonly revision?: number } {
    const { revision } = this.#parts
    return revision === undefined ? {} : { revision }
  }
}

/** Whether all calls of a request fail alike. Other failures may be those of one of them. */
function isLost(error: unknown): error is DatastoreError {
  return error instanceof DatastoreError && ['CONNECTION', 'TIMEOUT', 'CLOSED'].includes(error.code)
}
