import type { Stat } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Payload } from '../../open/payload.ts'
import type { Found } from '../../open/store.ts'
import { PackedCopies } from '../../stores/packed-copies.ts'
import type { Row, Seen } from '../driver.ts'
import type { Etags } from '../etags.ts'
import type { Made, Making, RecordForm } from '../record-form.ts'
import {
  expiresOf,
  HEADER_BYTES,
  mtimeOf,
  VERSION_AT,
  valueStart,
  versionBytes,
  versionOf,
  withHeader,
} from './header.ts'
import { EXPIRY_BYTES } from './own-records.ts'

/** Version and times in a header before the value, for engines without columns. */
export class HeaderForm implements RecordForm {
  readonly etag = 'version'
  readonly expires = 'record'
  readonly overhead = HEADER_BYTES
  readonly keyOverhead = EXPIRY_BYTES
  readonly #etags: Etags
  readonly #copies = new PackedCopies()
  readonly #room = (length: number): Uint8Array => this.#copies.take(length)

  constructor(etags: Etags) {
    this.#etags = etags
  }

  found(row: Row): Found {
    return new HeaderFound(recordOf(row), this.#etags)
  }

  stat(row: Row): Stat {
    const record = recordOf(row)
    const start = startOf(record)
    const expires = expiresOf(record)
    return {
      size: record.length - start,
      mtime: mtimeOf(record),
      etag: this.#etags.of(versionOf(record)),
      ...(expires !== undefined && { expires }),
    }
  }

  seen(row: Row): Seen {
    return { part: versionBytes(versionOf(recordOf(row))), at: VERSION_AT }
  }

  seenBy(etag: string): Seen | undefined {
    const version = this.#etags.versionOf(etag)
    return version === undefined ? undefined : { part: versionBytes(version), at: VERSION_AT }
  }

  make(value: Payload, making: Making): Made {
    const etag = this.#etags.of(making.version)
    let record: Uint8Array | undefined
    // The kept copy of the value is the one in the record.
    const kept = value.keep(bytes => {
      record = withHeader(bytes, making, this.#room)
      return record.subarray(record.length - bytes.length)
    })
    return { record: { value: record ?? withHeader(kept, making, this.#room) }, written: { etag } }
  }
}

/** A version. Fields of the header are decoded when they are read. */
class HeaderFound implements Found {
  readonly bytes: Uint8Array
  readonly shared = false
  readonly #record: Uint8Array
  readonly #etags: Etags

  constructor(record: Uint8Array, etags: Etags) {
    const start = startOf(record)
    this.bytes = new Uint8Array(record.buffer, record.byteOffset + start, record.length - start)
    this.#record = record
    this.#etags = etags
  }

  get etag(): string {
    return this.#etags.of(versionOf(this.#record))
  }

  get mtime(): number {
    return mtimeOf(this.#record)
  }

  get expires(): number | undefined {
    return expiresOf(this.#record)
  }
}

function recordOf({ value }: Row): Uint8Array {
  if (value === undefined) throw new Error('The driver returned a row without its value')
  return value
}

function startOf(record: Uint8Array): number {
  const start = valueStart(record)
  if (start === undefined)
    throw failure('CORRUPT', 'read a record', undefined, 'it does not begin with a header')
  return start
}
