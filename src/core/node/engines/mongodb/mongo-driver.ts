import type { Binary, Collection, Filter, UpdateResult } from 'mongodb'
import { failure } from '../../../errors.ts'
import type {
  DriverCapabilities,
  DriverInfo,
  Expect,
  OrderedDriver,
  Outcome,
  Range,
  Row,
  Write,
} from '../../../ordered/driver.ts'
import { firstTextFrom, textOf } from '../../text-bound.ts'
import { isDuplicate } from './failures.ts'
import type { MongoAccess } from './mongo-access.ts'

/** Rows of one request. */
const MOST_ROWS = 2000
/** A document has at most 16 MiB. */
const DOCUMENT_BYTES = 16 * 1024 * 1024
const ROOM = 16 * 1024

/**
 * A record. Its `_id` is text, because the server orders bytes by their length first: in layout `strata` each byte of a key
 * is one character, in `path` it is the key.
 */
interface Stored extends Fields {
  readonly _id: string
}

interface Fields {
  readonly v: Binary
  readonly ver?: number
  readonly mtime?: number
  readonly exp?: Date
}

/** A collection of records as an engine. */
export class MongoDriver implements OrderedDriver {
  readonly info: DriverInfo
  readonly capabilities: DriverCapabilities
  readonly #access: MongoAccess
  readonly #records: Collection<Stored>
  readonly #isStrata: boolean

  /** @param id Names the data. @param isStrata Records have a version and times. */
  constructor(access: MongoAccess, collection: string, id: string, isStrata: boolean, isWritable: boolean) {
    this.#access = access
    this.#isStrata = isStrata
    this.#records = access.database.collection<Stored>(collection, {
      promoteBuffers: false,
      writeConcern: { w: 'majority', journal: true },
    })
    const most = { readAhead: 200, maxRows: MOST_ROWS }
    this.info = { kind: 'mongodb', id, ...most, text: !isStrata, columns: isStrata }
    this.capabilities = {
      writable: isWritable,
      conditions: 'everyone',
      commit: false,
      durable: true,
      parts: false,
      shared: true,
      valueBytes: DOCUMENT_BYTES - ROOM,
      keyBytes: ROOM / 2,
    }
  }

  async get(key: Uint8Array): Promise<Row | undefined> {
    const id = this.#idOf(key)
    if (id === undefined) return undefined
    const found = await this.#access.read('get', () => this.#records.findOne(this.#live({ _id: id })))
    return found === null ? undefined : this.#rowOf(found)
  }

  async has(key: Uint8Array): Promise<boolean> {
    const id = this.#idOf(key)
    if (id === undefined) return false
    const options = { projection: { _id: 1 } }
    const found = await this.#access.read('look up', () =>
      this.#records.findOne(this.#live({ _id: id }), options),
    )
    return found !== null
  }

  async range({ from, to, limit, reverse, keysOnly }: Range): Promise<readonly Row[]> {
    const [low, high] = [this.#boundOf(from), this.#boundOf(to)]
    if (low === undefined) return []
    const within = high === undefined ? { $gte: low } : { $gte: low, $lt: high }
    const rows = await this.#access.read('read a range', () =>
      this.#records
        .find(this.#live({ _id: within }), keysOnly ? { projection: { _id: 1 } } : {})
        .sort({ _id: reverse ? -1 : 1 })
        .limit(Math.min(limit, MOST_ROWS))
        .toArray(),
    )
    return rows.map(row => (keysOnly ? { key: this.#keyOf(row._id) } : this.#rowOf(row)))
  }

  async write(write: Write, _durable: boolean, signal?: AbortSignal): Promise<Outcome> {
    signal?.throwIfAborted()
    const id = this.#idOf(write.key)
    if (id === undefined) {
      if (write.value === undefined) return 'absent'
      throw failure('KEY_INVALID', 'put', undefined, 'the keys of this collection are text')
    }
    return this.#access.call(write.value === undefined ? 'delete' : 'put', () =>
      write.value === undefined ? this.#remove(id, write.expect) : this.#put(id, write),
    )
  }

  async #put(id: string, write: Write): Promise<Outcome> {
    const expect = await this.#wholeOf(id, write.expect)
    if (expect === 'absent') return this.#insert(id, write)
    const filter = expect === 'any' ? { _id: id } : this.#where(id, expect)
    for (;;) {
      try {
        const { matchedCount, upsertedCount } = await this.#update(filter, write, expect === 'any')
        if (matchedCount + upsertedCount > 0) return 'done'
        return await this.#whyNot(id, expect)
      } catch (error) {
        // Of two that insert at the same time one fails, and replaces what the other has written.
        if (expect !== 'any' || !isDuplicate(error)) throw error
      }
    }
  }

  async #insert(id: string, write: Write): Promise<Outcome> {
    try {
      if (!this.#isStrata) await this.#records.insertOne({ _id: id, ...this.#fieldsOf(write) })
      else {
        // What has expired is replaced; else the key is a duplicate.
        const expired = { _id: id, exp: { $lte: new Date() } }
        await this.#update(expired, write, true)
      }
      return 'done'
    } catch (error) {
      if (isDuplicate(error)) return 'exists'
      throw error
    }
  }

  /** In layout `path` other fields of a document stay. */
  #update(filter: Filter<Stored>, write: Write, upsert: boolean): Promise<UpdateResult<Stored>> {
    const fields = this.#fieldsOf(write)
    return this.#isStrata
      ? this.#records.replaceOne(filter, fields, { upsert })
      : this.#records.updateOne(filter, { $set: { v: fields.v } }, { upsert })
  }

  async #remove(id: string, given: Expect): Promise<Outcome> {
    if (given === 'absent') return (await this.#isThere(id)) ? 'exists' : 'absent'
    const expect = await this.#wholeOf(id, given)
    if (expect === 'absent') return 'absent'
    const { deletedCount } = await this.#records.deleteOne(this.#where(id, expect))
    return deletedCount > 0 ? 'done' : this.#whyNot(id, expect)
  }

  #where(id: string, expect: Exclude<Expect, 'absent'>): Filter<Stored> {
    if (typeof expect === 'string') return this.#live({ _id: id })
    if ('version' in expect) return this.#live({ _id: id, ver: expect.version })
    if ('sameValue' in expect) return this.#live({ _id: id, v: this.#binary(expect.sameValue) })
    throw new Error('Parts of a value are not compared')
  }

  /** The server compares no part of a value: it compares the whole value that has the part. */
  async #wholeOf(id: string, expect: Expect): Promise<Expect> {
    if (typeof expect === 'string' || !('part' in expect)) return expect
    const found = await this.#records.findOne(this.#live({ _id: id }))
    const value = found === null ? undefined : this.#rowOf(found).value
    if (value === undefined) return { sameValue: expect.part }
    const { at, part } = expect
    const isThere = Buffer.compare(value.subarray(at, at + part.length), part) === 0
    // A value that has not the part is another one: no value has every byte of it and one more.
    return { sameValue: isThere ? value : Buffer.concat([value, Buffer.of(0)]) }
  }

  async #whyNot(id: string, expect: Expect): Promise<Outcome> {
    const isThere = typeof expect === 'object' && (await this.#isThere(id))
    return isThere ? 'changed' : 'absent'
  }

  async #isThere(id: string): Promise<boolean> {
    return (await this.#records.findOne(this.#live({ _id: id }), { projection: { _id: 1 } })) !== null
  }

  async count({
    from,
    to,
  }: Pick<Range, 'from' | 'to'>): Promise<{ readonly count: number; readonly last: undefined }> {
    const [low, high] = [this.#boundOf(from), this.#boundOf(to)]
    if (low === undefined) return { count: 0, last: undefined }
    const within = high === undefined ? { $gte: low } : { $gte: low, $lt: high }
    const count = await this.#access.read('count', () =>
      this.#records.countDocuments(this.#live({ _id: within })),
    )
    return { count, last: undefined }
  }

  /** Every answered write is in the journal of most members. */
  sync(): void {
    // Nothing is left to do.
  }

  close(): Promise<void> {
    return this.#access.close()
  }

  /** Without records that have expired. The server removes them within a minute. */
  #live(filter: Filter<Stored>): Filter<Stored> {
    return this.#isStrata ? { ...filter, exp: { $not: { $lte: new Date() } } } : filter
  }

  #fieldsOf({ value = new Uint8Array(), version, mtime, expires }: Write): Fields {
    return {
      v: this.#binary(value),
      ...(version !== undefined && { ver: version }),
      ...(mtime !== undefined && { mtime }),
      ...(expires !== undefined && { exp: new Date(expires) }),
    }
  }

  #binary(bytes: Uint8Array): Binary {
    return new this.#access.package.Binary(bytes)
  }

  #rowOf({ _id, v, ver, mtime, exp }: Stored): Row {
    if ((v as Binary | undefined)?._bsontype !== 'Binary') {
      const state = `the field v of ${JSON.stringify(_id)} holds no bytes; layout "documents" shows it`
      throw failure('VALUE_INVALID', 'read a document', undefined, state)
    }
    const value = new Uint8Array(v.value())
    return { key: this.#keyOf(_id), value, version: ver, mtime, expires: exp?.getTime(), size: value.length }
  }

  #keyOf(id: string): Uint8Array {
    return new Uint8Array(Buffer.from(id, this.#isStrata ? 'latin1' : 'utf8'))
  }

  #idOf(key: Uint8Array): string | undefined {
    return this.#isStrata ? Buffer.from(key).toString('latin1') : textOf(key)
  }

  /** The first text from these bytes on; `undefined` if every text is before them. */
  #boundOf(key: Uint8Array): string | undefined {
    if (this.#isStrata) return Buffer.from(key).toString('latin1')
    return key.length === 0 ? '' : firstTextFrom(key)
  }
}
