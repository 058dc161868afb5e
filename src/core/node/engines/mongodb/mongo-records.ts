import type { Binary, Filter } from 'mongodb'
import { failure } from '../../../errors.ts'
import type { Range, Row, Write } from '../../../ordered/driver.ts'
import { firstTextFrom, textOf } from '../../text-bound.ts'
import type { Client } from './mongo-access.ts'

/**
 * A record. Its `_id` is text, because the server orders bytes by their length first: in layout `strata` each byte of a key
 * is one character, in `path` it is the key.
 */
export interface Stored extends Fields {
  readonly _id: string
}

export interface Fields {
  readonly v: Binary
  readonly ver?: number
  readonly mtime?: number
  readonly exp?: Date
}

/** How records of a collection stand for rows. */
export class MongoRecords {
  readonly isStrata: boolean
  readonly #client: Client

  /** @param isStrata Records have a version and times. */
  constructor(client: Client, isStrata: boolean) {
    this.#client = client
    this.isStrata = isStrata
  }

  /** Without records that have expired. The server removes them within a minute. */
  live(filter: Filter<Stored>): Filter<Stored> {
    return this.isStrata ? { ...filter, exp: { $not: { $lte: new Date() } } } : filter
  }

  isLive({ exp }: Stored): boolean {
    return !this.isStrata || exp === undefined || exp.getTime() > Date.now()
  }

  fieldsOf({ value = new Uint8Array(), version, mtime, expires }: Omit<Write, 'expect'>): Fields {
    return {
      v: this.binary(value),
      ...(version !== undefined && { ver: version }),
      ...(mtime !== undefined && { mtime }),
      ...(expires !== undefined && { exp: new Date(expires) }),
    }
  }

  binary(bytes: Uint8Array): Binary {
    return new this.#client.Binary(bytes)
  }

  rowOf({ _id, v, ver, mtime, exp }: Stored): Row {
    if ((v as Binary | undefined)?._bsontype !== 'Binary') {
      const state = `the field v of ${JSON.stringify(_id)} holds no bytes; layout "documents" shows it`
      throw failure('VALUE_INVALID', 'read a document', undefined, state)
    }
    const value = new Uint8Array(v.value())
    return { key: this.keyOf(_id), value, version: ver, mtime, expires: exp?.getTime(), size: value.length }
  }

  keyOf(id: string): Uint8Array {
    return new Uint8Array(Buffer.from(id, this.isStrata ? 'latin1' : 'utf8'))
  }

  /** `undefined` for a key that is not text, in layout `path`. */
  idOf(key: Uint8Array): string | undefined {
    return this.isStrata ? Buffer.from(key).toString('latin1') : textOf(key)
  }

  /** @throws DatastoreError `KEY_INVALID` */
  idToPut(key: Uint8Array): string {
    const id = this.idOf(key)
    if (id !== undefined) return id
    throw failure('KEY_INVALID', 'put', undefined, 'the keys of this collection are text')
  }

  /** The live records of a range; `undefined` if it can have none. */
  within({ from, to }: Pick<Range, 'from' | 'to'>): Filter<Stored> | undefined {
    const [low, high] = [this.#boundOf(from), this.#boundOf(to)]
    if (low === undefined) return undefined
    return this.live({ _id: high === undefined ? { $gte: low } : { $gte: low, $lt: high } })
  }

  /** The first text from these bytes on; `undefined` if every text is before them. */
  #boundOf(key: Uint8Array): string | undefined {
    if (this.isStrata) return Buffer.from(key).toString('latin1')
    return key.length === 0 ? '' : firstTextFrom(key)
  }
}
