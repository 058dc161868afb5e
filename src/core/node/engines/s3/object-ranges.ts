import type { Found } from '../../../open/store.ts'
import { followedBy } from '../../../ordered/byte-order.ts'
import type { DriverInfo, Range, RangeReader, Row } from '../../../ordered/driver.ts'
import { bytesOf } from './body.ts'
import type { S3Bucket } from './bucket.ts'
import { NameRanges } from './name-ranges.ts'
import type { ObjectForm } from './object-form.ts'

/** Objects that are read at once. */
const AT_ONCE = 16

/** A row with the version that was read. */
interface ObjectRow extends Row {
  readonly object: Found
}

/** Ranges of objects with their values: names are listed, and the objects read side by side. */
export class ObjectRanges implements RangeReader {
  readonly info: DriverInfo
  readonly #bucket: S3Bucket
  readonly #names: NameRanges
  readonly #form: ObjectForm

  constructor(bucket: S3Bucket, id: string, form: ObjectForm) {
    this.#bucket = bucket
    this.#names = new NameRanges(bucket, id)
    this.#form = form
    this.info = this.#names.info
  }

  readonly found = (row: Row): Found | undefined => ('object' in row ? (row as ObjectRow).object : undefined)

  async range(range: Range, signal?: AbortSignal): Promise<readonly Row[]> {
    if (range.keysOnly) return this.#names.range(range, signal)
    const rows: ObjectRow[] = []
    let { from, to } = range
    for (;;) {
      const limit = range.limit - rows.length
      const names = await this.#names.range({ ...range, from, to, limit, keysOnly: true }, signal)
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const objects = names.slice(at, at + AT_ONCE).map(({ key }) => this.#read(key, signal))
        rows.push(...(await Promise.all(objects)).filter(row => row !== undefined))
      }
      const last = names.at(-1)
      // Objects that are gone meanwhile are replaced by the next ones.
      if (last === undefined || names.length < limit || rows.length === range.limit) return rows
      if (range.reverse) to = last.key
      else from = followedBy(last.key, 0)
    }
  }

  async #read(key: Uint8Array, signal: AbortSignal | undefined): Promise<ObjectRow | undefined> {
    const object = await this.#bucket.get(Buffer.from(key).toString(), undefined, signal)
    if (object === undefined || object === 'empty') return undefined
    const bytes = await bytesOf(this.#bucket, object, signal)
    const found = { bytes, shared: false, etag: this.#form.etagOf(object), mtime: this.#form.mtimeOf(object) }
    return { key, value: bytes, object: found }
  }
}
