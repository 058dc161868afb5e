import { DatastoreError, failure } from '../../../../errors.ts'
import { followedBy } from '../../../../ordered/byte-order.ts'
import type {
  Check,
  DriverCapabilities,
  DriverInfo,
  Expect,
  OrderedDriver,
  Outcome,
  Range,
  Row,
  Seen,
  Write,
} from '../../../../ordered/driver.ts'
import {
  expiresOf,
  HEADER_BYTES,
  mtimeOf,
  valueStart,
  versionBytes,
  versionOf,
  withHeader,
} from '../../../../ordered/strata/header.ts'
import { type Argument, bufferOf, type ReconnectHook, type Reply } from '../server/connection.ts'
import { answered, redisFailure } from '../server/failures.ts'
import type { RedisServer } from '../server/server.ts'
import type { ServerFacts } from '../server/server-facts.ts'
import { Texts } from '../texts.ts'
import { mergedRows } from './merged-rows.ts'
import { lexBound, type StrataNames } from './strata-names.ts'
import { StrataPuts } from './strata-puts.ts'
import { COMMIT, HEAD, PART, RANGE, WRITE } from './strata-scripts.ts'

/** The answers of the scripts. */
const OUTCOMES: readonly Outcome[] = ['done', 'absent', 'exists', 'changed']
/** The maximum number of checks and writes of one commit, because a script blocks all other clients while it runs. */
const MAX_OPERATIONS = 10_000

/** What a driver is made of. */
interface StrataParts {
  readonly names: StrataNames
  /** Identifies the data. */
  readonly id: string
  readonly facts: ServerFacts
  /** The clock of the server, in milliseconds since 1970. */
  readonly now: () => number
  readonly isReadOnly: boolean
  readonly reconnectHook: ReconnectHook
}

/**
 * Layout `strata` in Redis: values with a header in strings, and their order in sorted sets. A script writes both
 * together.
 */
export class StrataDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly commit?: NonNullable<OrderedDriver['commit']>
  readonly #server: RedisServer
  readonly #names: StrataNames
  /** By bucket, because a command can only use keys of one master. */
  readonly #texts: readonly Texts<Uint8Array, Row>[]
  readonly #puts: readonly StrataPuts[]
  readonly #valueBytes: number
  readonly #now: () => number
  readonly #reconnectHook: ReconnectHook

  constructor(server: RedisServer, { names, id, facts, now, isReadOnly, reconnectHook }: StrataParts) {
    this.#server = server
    this.#names = names
    this.#now = now
    this.#reconnectHook = reconnectHook
    const buckets = Array.from({ length: names.buckets }, (_, bucket) => bucket)
    this.#texts = buckets.map(
      bucket =>
        new Texts<Uint8Array, Row>({
          server,
          areTogether: true,
          nameOf: key => names.valueOf(key, bucket),
          found: (key, record) => new RecordRow(key, record),
          failed: (_, error) => getFailed(error),
        }),
    )
    this.#puts = buckets.map(bucket => new StrataPuts(server, names, bucket))
    const isWritable = facts.mayWrite && !facts.isReplica && !isReadOnly
    this.#valueBytes = facts.valueBytes - HEADER_BYTES
    // A script can only use keys of one master, so keys in several buckets cannot be written atomically.
    const isWhole = names.buckets === 1
    this.info = { kind: 'redis', id, readAhead: 200, maxRows: 2000, text: false, columns: true, lent: true }
    this.capabilities = {
      writable: isWritable,
      conditions: 'everyone',
      commit: isWhole ? { most: MAX_OPERATIONS, ranges: true } : false,
      durable: facts.isDurable,
      parts: true,
      shared: true,
      valueBytes: this.#valueBytes,
    }
    if (isWhole) this.commit = (checks, writes) => this.#commit(checks, writes)
  }

  get(key: Uint8Array, part?: { readonly start: number; readonly end: number }): Promise<Row | undefined> {
    if (part !== undefined) return this.#part(key, this.#nameOf(key), part)
    return (this.#texts[this.#names.bucketOf(key)] as Texts<Uint8Array, Row>).read(key)
  }

  async #part(
    key: Uint8Array,
    name: Argument,
    { start, end }: { readonly start: number; readonly end: number },
  ): Promise<Row | undefined> {
    const args = [String(start), String(Math.min(end, Number.MAX_SAFE_INTEGER / 2) - 1)]
    const value = await answered('get', this.#server.run(PART, [name], args))
    return Buffer.isBuffer(value) ? { key, value: plain(value) } : undefined
  }

  async has(key: Uint8Array): Promise<boolean> {
    const name = this.#nameOf(key)
    return (await answered('look up', this.#server.send(name, ['EXISTS', name]))) === 1
  }

  async head(key: Uint8Array): Promise<Row | undefined> {
    const answer = await answered('stat', this.#server.run(HEAD, [this.#nameOf(key)], []))
    if (!Array.isArray(answer) || !Buffer.isBuffer(answer[0])) return undefined
    const { version, mtime, expires } = new RecordRow(key, answer[0])
    return { key, version, mtime, expires, size: Number(answer[1]) - startOf(answer[0]) }
  }

  write(write: Write): Promise<Outcome> {
    const { key, value, expect, expires } = write
    this.#refuseLong(value)
    const bucket = this.#names.bucketOf(key)
    if (expect === 'any' && value !== undefined && expires === undefined) {
      return (this.#puts[bucket] as StrataPuts).put(write, value).then(outcomeOf, putFailed)
    }
    const keys = [
      this.#names.valueOf(key, bucket),
      this.#names.keysOf(bucket),
      this.#names.expiriesOf(bucket),
    ]
    const record = recordOf(write)
    const args = [
      bufferOf(key),
      record === undefined ? REMOVE : String(expires ?? ''),
      ...expected(expect),
      ...(record === undefined ? [] : [record]),
    ]
    return this.#server.run(WRITE, keys, args).then(outcomeOf, putFailed)
  }

  async #commit(checks: readonly Check[], writes: readonly Omit<Write, 'expect'>[]): Promise<boolean> {
    const names = this.#names
    const ofKeys = checks.flatMap(check => ('range' in check ? [] : [check]))
    const ofRanges = checks.flatMap(check => ('range' in check ? [check] : []))
    for (const { value } of writes) this.#refuseLong(value)
    const keys = [
      names.keysOf(0),
      names.expiriesOf(0),
      ...ofKeys.map(({ key }) => names.valueOf(key, 0)),
      ...writes.map(({ key }) => names.valueOf(key, 0)),
    ]
    const counts = [ofKeys, ofRanges, writes].map(({ length }) => String(length))
    const args: Argument[] = [names.startOf(0), ...counts]
    for (const { seen } of ofKeys) args.push(...expected(seen))
    for (const { range, keys: seen } of ofRanges) {
      args.push(...boundsOf(range), String(range.limit), range.reverse ? '1' : '0', String(seen.length))
      for (const key of seen) args.push(bufferOf(key))
    }
    for (const write of writes) {
      const record = recordOf(write)
      args.push(
        bufferOf(write.key),
        record === undefined ? REMOVE : String(write.expires ?? ''),
        record ?? '',
      )
    }
    return (await answered('commit a batch', this.#server.run(COMMIT, keys, args))) === 1
  }

  range(range: Range): Promise<readonly Row[]> {
    const { buckets } = this.#names
    if (buckets === 1) return this.#rangeOf(0, range)
    return mergedRows(range, buckets, (bucket, part) => this.#rangeOf(bucket, part))
  }

  async #rangeOf(bucket: number, range: Range): Promise<readonly Row[]> {
    const names = this.#names
    if (!this.capabilities.writable) return this.#readRange(bucket, range)
    const { limit, reverse, keysOnly } = range
    const keys = [names.keysOf(bucket), names.expiriesOf(bucket)]
    const args = [
      names.startOf(bucket),
      ...boundsOf(range),
      String(Math.min(limit, this.info.maxRows)),
      reverse ? '1' : '0',
      keysOnly ? '0' : '1',
    ]
    const rows = (await answered('read a range', this.#server.run(RANGE, keys, args))) as Buffer[]
    if (keysOnly) return rows.map(key => ({ key: plain(key) }))
    return Array.from(
      { length: rows.length / 2 },
      (_, index) => new RecordRow(plain(rows[2 * index] as Buffer), rows[2 * index + 1] as Buffer),
    )
  }

  /** The same without a script. Scripts remove expired keys, which a replica and some users may not do. */
  async #readRange(bucket: number, range: Range): Promise<readonly Row[]> {
    const [keys, expiries] = [this.#names.keysOf(bucket), this.#names.expiriesOf(bucket)]
    const send = (args: Argument[]) => answered('read a range', this.#server.send(keys, args))
    const due = (await send(['ZRANGEBYSCORE', expiries, '-inf', `(${this.#now()}`])) as Buffer[]
    const hidden = new Set(due.map(key => key.toString('latin1')))
    const command = range.reverse ? 'ZREVRANGEBYLEX' : 'ZRANGEBYLEX'
    const rows: Row[] = []
    let { from, to } = range
    for (;;) {
      const limit = range.limit - rows.length
      const bounds = boundsOf({ ...range, from, to })
      const found = (await send([command, keys, ...bounds, 'LIMIT', '0', String(limit)])) as Buffer[]
      const shown = found.filter(key => !hidden.has(key.toString('latin1'))).map(plain)
      if (range.keysOnly) rows.push(...shown.map(key => ({ key })))
      else
        for (const row of await Promise.all(shown.map(key => this.get(key))))
          if (row !== undefined) rows.push(row)
      const last = found.at(-1)
      if (last === undefined || found.length < limit || rows.length === range.limit) return rows
      if (range.reverse) to = plain(last)
      else from = followedBy(last, 0)
    }
  }

  async estimate(): Promise<number> {
    const { buckets } = this.#names
    const counts = await Promise.all(
      Array.from({ length: buckets }, async (_, bucket) => {
        const keys = this.#names.keysOf(bucket)
        // The store's own records begin with 00.
        return Number(await answered('count', this.#server.send(keys, ['ZLEXCOUNT', keys, '[\x01', '+'])))
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  onReconnected(key: Uint8Array, listener: (value: Uint8Array | undefined) => void): void {
    const name = this.#nameOf(key)
    this.#reconnectHook.follow(async send => {
      const record = await send(['GET', name])
      listener(Buffer.isBuffer(record) ? new RecordRow(key, record).value : undefined)
    })
  }

  sync(): void {
    // An answered write is already on the device, if the server is durable at all.
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  #nameOf(key: Uint8Array): Argument {
    return this.#names.valueOf(key, this.#names.bucketOf(key))
  }

  #refuseLong(value: Uint8Array | undefined): void {
    if (value === undefined || value.length <= this.#valueBytes) return
    const state = `it has ${value.length} bytes, and the server accepts ${this.#valueBytes}`
    throw failure('VALUE_INVALID', 'put', undefined, state)
  }
}

/** Used in place of the expiry time to remove the key. */
const REMOVE = '-'

function outcomeOf(answer: Reply): Outcome {
  return OUTCOMES[Number(answer)] as Outcome
}

function getFailed(error: unknown): Promise<never> {
  return Promise.reject(redisFailure('get', error))
}

function putFailed(error: unknown): never {
  throw redisFailure('put', error)
}

/** The condition as arguments of the scripts. */
function expected(expect: Expect | Seen): readonly [Argument, Argument] {
  if (typeof expect === 'string') return [expect, '']
  if ('version' in expect) return ['version', bufferOf(versionBytes(expect.version))]
  if ('sameValue' in expect) return ['value', bufferOf(expect.sameValue)]
  return [String(expect.at), bufferOf(expect.part)]
}

function boundsOf({ from, to, reverse }: Range): readonly [Buffer, Buffer] {
  const [low, high] = [lexBound('inclusive', from), lexBound('exclusive', to)]
  return reverse ? [high, low] : [low, high]
}

function recordOf({ value, version = 0, mtime = 0, expires }: Omit<Write, 'expect'>): Buffer | undefined {
  return value && bufferOf(withHeader(value, { version, mtime, expires }))
}

/** A row. Fields of the header are decoded when they are read. */
class RecordRow implements Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly #record: Buffer

  constructor(key: Uint8Array, record: Buffer) {
    const start = startOf(record)
    this.key = key
    this.value = new Uint8Array(record.buffer, record.byteOffset + start, record.length - start)
    this.#record = record
  }

  get version(): number {
    return versionOf(this.#record)
  }

  get mtime(): number {
    return mtimeOf(this.#record)
  }

  get expires(): number | undefined {
    return expiresOf(this.#record)
  }

  get size(): number {
    return this.value.length
  }
}

function startOf(record: Buffer): number {
  const start = valueStart(record)
  if (start !== undefined) return start
  throw new DatastoreError('CORRUPT', { action: 'read a record', reason: 'it does not begin with a header' })
}

/** The same bytes as a plain `Uint8Array`. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
