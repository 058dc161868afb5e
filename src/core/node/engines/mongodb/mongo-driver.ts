import type { ClientSession, Collection } from 'mongodb'
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
import type { MongoAccess } from './mongo-access.ts'
import { MongoBatches } from './mongo-batches.ts'
import { MongoChanges } from './mongo-changes.ts'
import { MongoRecords, type Stored } from './mongo-records.ts'
import { MongoWrites, type Within } from './mongo-writes.ts'
import type { Topology } from './topology.ts'

/** Rows of one request. */
const MAX_ROWS = 2000
/** A document has at most 16 MiB. */
const DOCUMENT_BYTES = 16 * 1024 * 1024
const ROOM = 16 * 1024
/** Operations of one transaction, which the server ends after a minute. */
const MAX_OPERATIONS = 10_000

export interface MongoDriverParts {
  readonly access: MongoAccess
  readonly collection: string
  /** Names the data. */
  readonly id: string
  /** Records have a version and times. */
  readonly isStrata: boolean
  readonly topology: Topology
}

/** A collection of records as an engine. */
export class MongoDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly changes?: (listener: (change: OthersChange) => void) => () => void
  readonly #access: MongoAccess
  readonly #collection: Collection<Stored>
  readonly #records: MongoRecords
  readonly #writes: MongoWrites
  readonly #batches: MongoBatches
  /** Of a server with streams of changes. */
  readonly #changes: MongoChanges | undefined

  constructor({ access, collection, id, isStrata, topology }: MongoDriverParts) {
    this.#access = access
    this.#records = new MongoRecords(access.package, isStrata)
    const records = this.#records
    this.#collection = access.database.collection<Stored>(collection, {
      promoteBuffers: false,
      writeConcern: { w: 'majority', journal: true },
    })
    this.#writes = new MongoWrites(this.#collection, records)
    this.#batches = new MongoBatches({ access, collection: this.#collection, records })
    this.#changes = topology.isReplicated
      ? new MongoChanges(access, access.database.collection(collection), topology.time, one =>
          typeof one === 'string' ? records.keyOf(one) : undefined,
        )
      : undefined
    const most = { readAhead: 200, maxRows: MAX_ROWS }
    this.info = { kind: 'mongodb', id, ...most, text: !isStrata, columns: isStrata }
    this.capabilities = {
      writable: topology.isWritable,
      conditions: 'everyone',
      commit: topology.isReplicated && { most: MAX_OPERATIONS, ranges: false },
      durable: true,
      parts: false,
      shared: true,
      valueBytes: DOCUMENT_BYTES - ROOM,
      keyBytes: ROOM / 2,
    }
    if (this.#changes !== undefined) this.changes = this.#changes.follow
  }

  async get(key: Uint8Array): Promise<Row | undefined> {
    const id = this.#records.idOf(key)
    if (id === undefined) return undefined
    const filter = this.#records.live({ _id: id })
    const found = await this.#access.read('get', () => this.#collection.findOne(filter))
    return found === null ? undefined : this.#records.rowOf(found)
  }

  async has(key: Uint8Array): Promise<boolean> {
    const id = this.#records.idOf(key)
    if (id === undefined) return false
    const filter = this.#records.live({ _id: id })
    const options = { projection: { _id: 1 } }
    const found = await this.#access.read('look up', () => this.#collection.findOne(filter, options))
    return found !== null
  }

  async range({ from, to, limit, reverse, keysOnly }: Range): Promise<readonly Row[]> {
    const filter = this.#records.within({ from, to })
    if (filter === undefined) return []
    const rows = await this.#access.read('read a range', () =>
      this.#collection
        .find(filter, keysOnly ? { projection: { _id: 1 } } : {})
        .sort({ _id: reverse ? -1 : 1 })
        .limit(Math.min(limit, MAX_ROWS))
        .toArray(),
    )
    return rows.map(row => (keysOnly ? { key: this.#records.keyOf(row._id) } : this.#records.rowOf(row)))
  }

  async write(write: Write, _durable: boolean, signal?: AbortSignal): Promise<Outcome> {
    signal?.throwIfAborted()
    const isPut = write.value !== undefined
    const id = isPut ? this.#records.idToPut(write.key) : this.#records.idOf(write.key)
    if (id === undefined) return 'absent'
    const work = (within: Within) =>
      isPut ? this.#writes.put(id, write, within) : this.#writes.remove(id, write.expect, within)
    return this.#access.call(isPut ? 'put' : 'delete', () =>
      this.#changes === undefined ? work({}) : this.#changes.own([id], work, outcome => outcome === 'done'),
    )
  }

  async writeAll(
    writes: readonly Omit<Write, 'expect'>[],
    _durable: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted()
    await this.#access.call('commit a batch', () => this.#batches.inOrder(writes))
  }

  async commit(
    checks: readonly Check[],
    writes: readonly Omit<Write, 'expect'>[],
    _durable: boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    signal?.throwIfAborted()
    const keys = [
      ...checks.flatMap(check => ('key' in check ? check.key : [])),
      ...writes.map(({ key }) => key),
    ]
    const ids = keys.flatMap(key => this.#records.idOf(key) ?? [])
    const work = (committed: (session: ClientSession) => void) =>
      this.#batches.commit(checks, writes, committed)
    return this.#access.call('commit', () => this.#changes?.ownCommit(ids, work) ?? work(() => undefined))
  }

  async count(
    range: Pick<Range, 'from' | 'to'>,
  ): Promise<{ readonly count: number; readonly last: undefined }> {
    const filter = this.#records.within(range)
    if (filter === undefined) return { count: 0, last: undefined }
    const count = await this.#access.read('count', () => this.#collection.countDocuments(filter))
    return { count, last: undefined }
  }

  /** Every answered write is in the journal of most members. */
  sync(): void {
    // Nothing is left to do.
  }

  async close(): Promise<void> {
    await this.#changes?.close()
    await this.#access.close()
  }
}
