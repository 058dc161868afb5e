import type { IKeyValue } from 'etcd3'
import { failure } from '../../../errors.ts'
import type { Row } from '../../../ordered/driver.ts'
import { expiresOf, mtimeOf, valueStart } from '../../../ordered/strata/header.ts'

/** The form of the records below a prefix of an etcd cluster. */
export class EtcdRows {
  readonly prefix: Buffer
  /** Whether a header with the times is before each value, as in layout `strata`. Its version is unused. */
  readonly hasHeader: boolean

  constructor(prefix: Buffer, hasHeader: boolean) {
    this.prefix = prefix
    this.hasHeader = hasHeader
  }

  /** The key in the cluster. */
  keyOf(key: Uint8Array): Buffer {
    return Buffer.concat([this.prefix, key])
  }

  /** The key without the prefix. */
  nameOf(key: Buffer): Uint8Array {
    return viewOf(key, this.prefix.length)
  }

  /** The row of a record that was read with its value; `undefined` if it has expired by `now`. */
  rowOf({ key, value, mod_revision }: IKeyValue, now: number): Row | undefined {
    const row = { key: this.nameOf(key), version: Number(mod_revision) }
    const record = viewOf(value)
    if (!this.hasHeader || this.#isOwn(row.key)) return { ...row, value: record, size: record.length }
    const start = valueStart(record)
    if (start === undefined) {
      throw failure('CORRUPT', 'read a record', undefined, 'it does not begin with a header')
    }
    const expires = expiresOf(record)
    if (expires !== undefined && expires <= now) return undefined
    const mtime = mtimeOf(record)
    return { ...row, value: record.subarray(start), size: record.length - start, mtime, expires }
  }

  /** Whether a record that was read with its value has not expired by `now`. Foreign records have no header. */
  isThere({ key, value }: IKeyValue, now: number): boolean {
    const record = viewOf(value)
    if (!this.isValue(this.nameOf(key)) || valueStart(record) === undefined) return true
    return (expiresOf(record) ?? Number.POSITIVE_INFINITY) > now
  }

  /** Whether a value of this key has a header. */
  isValue(key: Uint8Array): boolean {
    return this.hasHeader && !this.#isOwn(key)
  }

  /** Records of layout `strata` that are not values begin with byte 00. */
  #isOwn(key: Uint8Array): boolean {
    return key[0] === 0
  }
}

/** Not a `Buffer`, whose `slice` does not copy. */
function viewOf({ buffer, byteOffset, length }: Buffer, start = 0): Uint8Array {
  return new Uint8Array(buffer, byteOffset + start, length - start)
}
