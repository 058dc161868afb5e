import type { ICompare, IKeyValue, IRequestOp } from 'etcd3'
import { DatastoreError, type ErrorCode, failure, throwIfAborted } from '../../../errors.ts'
import type { Check, Expect, Outcome, Range, Row, Write } from '../../../ordered/driver.ts'
import { areSeen, outcomeOf, sameKeys } from '../../../ordered/expect.ts'
import { withHeader } from '../../../ordered/strata/header.ts'
import type { PlainPut } from '../shared-puts.ts'
import type { EtcdConnection } from './etcd-connection.ts'
import type { EtcdRows } from './etcd-rows.ts'

/** The maximum number of checks, and of writes, of one transaction, by the default of the server. */
export const MAX_OPERATIONS = 128
/** Attempts at a transaction whose checks hold when they are read one by one. */
const ATTEMPTS = 20

/** The server has done nothing: a value or a transaction is too large for it, or the user may not write a key. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['VALUE_INVALID', 'UNSUPPORTED', 'ACCESS_DENIED'])

/** The outcome of a write, and its revision. */
export interface Written {
  readonly outcome: Outcome
  readonly revision: number
}

/** A record as it is: `row` is absent if it has expired. */
interface State {
  readonly kv: IKeyValue | undefined
  readonly row: Row | undefined
}

interface WritesParts {
  readonly connection: EtcdConnection
  readonly rows: EtcdRows
  /** The rows of a range as they are now, key-only. */
  readonly range: (range: Range) => Promise<readonly Row[]>
  readonly now: () => number
}

/** Writes with conditions, each one transaction of etcd. A request that was sent is not aborted: its outcome would be unknown. */
export class EtcdWrites {
  readonly #parts: WritesParts
  readonly #connection: EtcdConnection
  readonly #rows: EtcdRows

  constructor(parts: WritesParts) {
    this.#parts = parts
    this.#connection = parts.connection
    this.#rows = parts.rows
  }

  async write(write: Write, signal: AbortSignal | undefined): Promise<Written> {
    const key = this.#rows.keyOf(write.key)
    throwIfAborted(signal, 'write')
    const operation = await this.#operation(write)
    const put = operation.request_put
    if (put !== undefined && write.expect === 'any') {
      const { header } = await this.#connection.call('write', ({ kv }) => kv.put(put))
      return { outcome: 'done', revision: Number(header.revision) }
    }
    for (let compare = this.#comparisons(key, write.expect); ; ) {
      if (compare !== undefined) {
        const given = { compare: [...compare], success: [operation] }
        const { succeeded, header, responses } = await this.#connection.call('write', ({ kv }) =>
          kv.txn(given),
        )
        if (succeeded) {
          const isAbsent = put === undefined && responses[0]?.response_delete_range.deleted === '0'
          return { outcome: isAbsent ? 'absent' : 'done', revision: Number(header.revision) }
        }
      }
      const { kv, row } = await this.#state(key)
      const outcome = outcomeOf(write, row)
      if (outcome !== 'done') return { outcome, revision: 0 }
      compare = [stateIs(key, kv)]
      throwIfAborted(signal, 'write')
    }
  }

  /** Puts in one transaction. @returns `undefined` if the server refuses it. */
  async putAll(puts: readonly PlainPut[]): Promise<Written | undefined> {
    try {
      const revision = await this.commit([], puts, undefined)
      return revision === undefined ? undefined : { outcome: 'done', revision }
    } catch (error) {
      // After other failures it is unknown whether they were made.
      if (error instanceof DatastoreError && REFUSALS.has(error.code)) return undefined
      throw error
    }
  }

  /** @returns The revision of the writes; `undefined` if a check failed. */
  async commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    signal: AbortSignal | undefined,
  ): Promise<number | undefined> {
    const last = new Map(writes.map(write => [Buffer.from(write.key).toString('latin1'), write]))
    throwIfAborted(signal, 'write')
    if (last.size > MAX_OPERATIONS) throw tooLarge(`it has ${last.size} writes`)
    if (checks.length === 0 && last.size === 0) return 0
    const success = await Promise.all([...last.values()].map(write => this.#operation(write)))
    let compare = this.#allComparisons(checks)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (compare !== undefined) {
        if (compare.length > MAX_OPERATIONS) throw tooLarge(`it depends on ${compare.length} reads`)
        const given = { compare: [...compare], success }
        const { succeeded, header } = await this.#connection.call('write', ({ kv }) => kv.txn(given))
        if (succeeded) return Number(header.revision)
      }
      compare = await this.#comparisonsNow(checks)
      if (compare === undefined) return undefined
      throwIfAborted(signal, 'write')
    }
    return undefined
  }

  /** What must hold for the checks, if it can be said without reading. */
  #allComparisons(checks: readonly Check[]): readonly ICompare[] | undefined {
    const all = checks.map(check =>
      'range' in check
        ? this.#rangeComparisons(check.range, check.keys)
        : this.#comparisons(this.#rows.keyOf(check.key), check.seen),
    )
    return all.every(compare => compare !== undefined) ? all.flat() : undefined
  }

  /** The same by the records that there are now; `undefined` if a check does not hold. */
  async #comparisonsNow(checks: readonly Check[]): Promise<readonly ICompare[] | undefined> {
    const all = await Promise.all(
      checks.map(async check => {
        if ('range' in check) {
          const rows = await this.#parts.range({ ...check.range, keysOnly: true })
          return sameKeys(rows, check.keys) ? this.#rangeComparisons(check.range, check.keys) : undefined
        }
        const key = this.#rows.keyOf(check.key)
        const { kv, row } = await this.#state(key)
        const isSeen = areSeen(
          [check],
          () => row,
          () => [],
        )
        return isSeen ? [stateIs(key, kv)] : undefined
      }),
    )
    return all.every(compare => compare !== undefined) ? all.flat() : undefined
  }

  /** The condition for one key; `undefined` where the value must be read. */
  #comparisons(key: Buffer, expect: Expect): readonly ICompare[] | undefined {
    // An expired record has a lease, and may be there for some moments.
    const hasLease: ICompare[] = this.#rows.isValue(this.#rows.nameOf(key))
      ? [{ key, target: 'Lease', result: 'Equal', lease: 0 }]
      : []
    if (expect === 'any') return hasLease
    if (expect === 'absent') return [stateIs(key, undefined)]
    if (expect === 'present')
      return [{ key, target: 'Create', result: 'Greater', create_revision: 0 }, ...hasLease]
    if ('version' in expect) {
      // A negative version is that of a write that was not made.
      if (expect.version <= 0) return undefined
      return [{ key, target: 'Mod', result: 'Equal', mod_revision: expect.version }, ...hasLease]
    }
    if ('sameValue' in expect && !this.#rows.isValue(this.#rows.nameOf(key))) {
      return [{ key, target: 'Value', result: 'Equal', value: Buffer.from(expect.sameValue) }]
    }
    return undefined
  }

  /** Each key is there, and nothing between them. */
  #rangeComparisons({ from, to, limit, reverse }: Range, keys: readonly Uint8Array[]): readonly ICompare[] {
    const found = (reverse ? keys.toReversed() : keys).map(key => this.#rows.keyOf(key))
    const isCut = keys.length >= limit
    const compare: ICompare[] = []
    let start = isCut && reverse ? found.shift() : undefined
    if (start !== undefined) compare.push(isThere(start))
    let low = start === undefined ? firstKey(this.#rows.keyOf(from)) : Buffer.concat([start, Buffer.of(0)])
    for (const key of found) {
      compare.push(...noneBetween(low, key), isThere(key))
      low = Buffer.concat([key, Buffer.of(0)])
      start = key
    }
    return isCut && !reverse ? compare : [...compare, ...noneBetween(low, this.#rows.keyOf(to))]
  }

  async #state(key: Buffer): Promise<State> {
    const { kvs } = await this.#connection.call('read', client => client.kv.range({ key }))
    const kv = kvs[0]
    return { kv, row: kv && this.#rows.rowOf(kv, this.#parts.now()) }
  }

  async #operation({ key, value, mtime, expires }: Omit<Write, 'expect'>): Promise<IRequestOp> {
    const own = this.#rows.keyOf(key)
    if (own.length === 0) throw failure('KEY_INVALID', 'write', undefined, 'etcd has no empty key')
    if (value === undefined) return { request_delete_range: { key: own } }
    if (!this.#rows.isValue(key)) return { request_put: { key: own, value: bufferOf(value) } }
    const lease = expires === undefined ? undefined : await this.#lease(expires)
    const record = withHeader(value, { version: 0, mtime: mtime ?? this.#parts.now(), expires })
    return { request_put: { key: own, value: bufferOf(record), ...(lease !== undefined && { lease }) } }
  }

  /** A lease that removes a value once it has expired. Reads go by the time in its header, which is more precise. */
  async #lease(expires: number): Promise<string> {
    const seconds = Math.min(MAX_LEASE, Math.max(1, Math.ceil((expires - this.#parts.now()) / 1000)))
    const { ID } = await this.#connection.call('set a time to live', ({ leaseClient }) =>
      leaseClient.leaseGrant({ TTL: seconds }),
    )
    return ID
  }
}

/** Seconds, by the server. */
const MAX_LEASE = 9_000_000_000

function tooLarge(state: string): Error {
  return failure(
    'UNSUPPORTED',
    'commit',
    undefined,
    `${state}, and etcd takes at most ${MAX_OPERATIONS} in one transaction`,
  )
}

function isThere(key: Buffer): ICompare {
  return { key, target: 'Create', result: 'Greater', create_revision: 0 }
}

/** A record is as it was read. */
function stateIs(key: Buffer, kv: IKeyValue | undefined): ICompare {
  return kv === undefined
    ? { key, target: 'Create', result: 'Equal', create_revision: 0 }
    : { key, target: 'Mod', result: 'Equal', mod_revision: kv.mod_revision }
}

function noneBetween(key: Buffer, end: Buffer): ICompare[] {
  if (Buffer.compare(key, end) >= 0) return []
  return [{ key, range_end: end, target: 'Create', result: 'Equal', create_revision: 0 }]
}

/** The first key at or after `key`: etcd has no empty key. */
export function firstKey(key: Buffer): Buffer {
  return key.length === 0 ? Buffer.of(0) : key
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length)
}
