import type { Stat } from '../../datastore.ts'
import type { Payload } from '../../open/payload.ts'
import type { Found } from '../../open/store.ts'
import type { Row, Seen } from '../driver.ts'
import type { Etags } from '../etags.ts'
import type { Made, Making, RecordForm } from '../record-form.ts'

/** Version and times in columns of the engine, next to a value without a header. */
export class ColumnForm implements RecordForm {
  readonly etag = 'version'
  readonly expires = 'column'
  readonly overhead = 0
  readonly keyOverhead = 0
  readonly #etags: Etags

  constructor(etags: Etags) {
    this.#etags = etags
  }

  found(row: Row): Found {
    return new ColumnFound(row, this.#etags)
  }

  stat({ size, value, mtime, expires, version = 0 }: Row): Stat {
    return {
      size: size ?? value?.length ?? 0,
      mtime,
      etag: this.#etags.of(version),
      ...(expires !== undefined && { expires }),
    }
  }

  seen({ version = 0 }: Row): Seen {
    return { version }
  }

  seenBy(etag: string): Seen | undefined {
    const version = this.#etags.versionOf(etag)
    return version === undefined ? undefined : { version }
  }

  make(value: Payload, { version, mtime, expires }: Making, isLent: boolean): Made {
    const bytes = isLent ? value.bytes : value.keep()
    return {
      record: { value: bytes, version, mtime, expires },
      written: { etag: this.#etags.of(version) },
    }
  }
}

class ColumnFound implements Found {
  readonly bytes: Uint8Array
  readonly shared = false
  readonly #row: Row
  readonly #etags: Etags

  constructor(row: Row, etags: Etags) {
    this.bytes = row.value ?? new Uint8Array()
    this.#row = row
    this.#etags = etags
  }

  get etag(): string {
    return this.#etags.of(this.#row.version ?? 0)
  }

  get mtime(): number | undefined {
    return this.#row.mtime
  }

  get expires(): number | undefined {
    return this.#row.expires
  }
}
