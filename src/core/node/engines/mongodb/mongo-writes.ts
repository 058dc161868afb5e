import type { ClientSession, Collection, Filter, UpdateResult } from 'mongodb'
import type { Expect, Outcome, Write } from '../../../ordered/driver.ts'
import { isDuplicate } from './failures.ts'
import type { MongoRecords, Stored } from './mongo-records.ts'

/** The session of a write, where it has one. */
export interface Within {
  readonly session?: ClientSession
}

/** Writes of one record. The condition is the filter of the write, which the server checks. */
export class MongoWrites {
  readonly #collection: Collection<Stored>
  readonly #records: MongoRecords

  constructor(collection: Collection<Stored>, records: MongoRecords) {
    this.#collection = collection
    this.#records = records
  }

  async put(id: string, write: Write, within: Within = {}): Promise<Outcome> {
    const expect = await this.#wholeOf(id, write.expect)
    if (expect === 'absent') return this.#insert(id, write, within)
    const filter = expect === 'any' ? { _id: id } : this.#where(id, expect)
    for (;;) {
      try {
        const updated = await this.#update(filter, write, { upsert: expect === 'any', ...within })
        if (updated.matchedCount + updated.upsertedCount > 0) return 'done'
        return await this.#refusal(id, expect)
      } catch (error) {
        // Of two that insert at the same time one fails, and replaces what the other has written.
        if (expect !== 'any' || !isDuplicate(error)) throw error
      }
    }
  }

  async #insert(id: string, write: Write, within: Within): Promise<Outcome> {
    try {
      if (!this.#records.isStrata) {
        await this.#collection.insertOne({ _id: id, ...this.#records.fieldsOf(write) }, within)
      } else {
        // What has expired is replaced; else the key is a duplicate.
        const expired = { _id: id, exp: { $lte: new Date() } }
        await this.#update(expired, write, { upsert: true, ...within })
      }
      return 'done'
    } catch (error) {
      if (isDuplicate(error)) return 'exists'
      throw error
    }
  }

  /** In layout `path` other fields of a document stay. */
  #update(
    filter: Filter<Stored>,
    write: Write,
    options: Within & { readonly upsert: boolean },
  ): Promise<UpdateResult<Stored>> {
    const fields = this.#records.fieldsOf(write)
    return this.#records.isStrata
      ? this.#collection.replaceOne(filter, fields, options)
      : this.#collection.updateOne(filter, { $set: { v: fields.v } }, options)
  }

  async remove(id: string, given: Expect, within: Within = {}): Promise<Outcome> {
    if (given === 'absent') return (await this.#isThere(id)) ? 'exists' : 'absent'
    const expect = await this.#wholeOf(id, given)
    if (expect === 'absent') return 'absent'
    const { deletedCount } = await this.#collection.deleteOne(this.#where(id, expect), within)
    return deletedCount > 0 ? 'done' : this.#refusal(id, expect)
  }

  #where(id: string, expect: Exclude<Expect, 'absent'>): Filter<Stored> {
    const records = this.#records
    if (typeof expect === 'string') return records.live({ _id: id })
    if ('version' in expect) return records.live({ _id: id, ver: expect.version })
    if ('sameValue' in expect) return records.live({ _id: id, v: records.binary(expect.sameValue) })
    throw new Error('Parts of a value are not compared')
  }

  /** The server compares no part of a value: it compares the whole value that has the part. */
  async #wholeOf(id: string, expect: Expect): Promise<Expect> {
    if (typeof expect === 'string' || !('part' in expect)) return expect
    const found = await this.#collection.findOne(this.#records.live({ _id: id }))
    const value = found === null ? undefined : this.#records.rowOf(found).value
    if (value === undefined) return { sameValue: expect.part }
    const { at, part } = expect
    const isThere = Buffer.compare(value.subarray(at, at + part.length), part) === 0
    // A value that has not the part is another one: no value has every byte of it and one more.
    return { sameValue: isThere ? value : Buffer.concat([value, Buffer.of(0)]) }
  }

  async #refusal(id: string, expect: Expect): Promise<Outcome> {
    const isThere = typeof expect === 'object' && (await this.#isThere(id))
    return isThere ? 'changed' : 'absent'
  }

  async #isThere(id: string): Promise<boolean> {
    const options = { projection: { _id: 1 } }
    return (await this.#collection.findOne(this.#records.live({ _id: id }), options)) !== null
  }
}
