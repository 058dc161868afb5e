import type { Stat } from '../../datastore.ts'
import { sha256 } from '../../hash/sha256.ts'
import { etagSourceOf, writtenWith } from '../../open/identity.ts'
import type { Payload } from '../../open/payload.ts'
import type { Found } from '../../open/store.ts'
import { PackedCopies } from '../../stores/packed-copies.ts'
import type { Row, Seen } from '../driver.ts'
import type { Made, RecordForm } from '../record-form.ts'

/** Names bytes by their content: equal bytes have equal names. */
export type Digest = (bytes: Uint8Array) => string

/**
 * Plain values without metadata. Their etag is computed from their content when it is read: `<source>.<SHA-256>`. The
 * same bytes have the same etag when they are written again.
 */
export class RawForm implements RecordForm {
  readonly etag = 'content'
  readonly expires = 'none'
  readonly overhead = 0
  readonly keyOverhead = 0
  readonly #source: string
  readonly #digest: Digest
  readonly #copies = new PackedCopies()
  readonly #copy = (bytes: Uint8Array): Uint8Array => this.#copies.copy(bytes)

  /**
   * @param id The id of the data.
   * @param digest SHA-256 in hex. Default: an implementation without platform APIs.
   */
  constructor(id: string, digest: Digest = sha256) {
    this.#source = etagSourceOf(id)
    this.#digest = digest
  }

  found(row: Row): Found {
    return new RawFound(valueOf(row), row.mtime, this.#source, this.#digest)
  }

  stat(row: Row): Stat {
    const bytes = valueOf(row)
    return { size: bytes.length, mtime: row.mtime, etag: this.#etagOf(bytes) }
  }

  seen(row: Row): Seen {
    return { sameValue: valueOf(row) }
  }

  seenBy(): undefined {
    // Without the value the etag is unknown.
  }

  make(value: Payload): Made {
    const kept = value.keep(this.#copy)
    return { record: { value: kept }, written: writtenWith(() => this.#etagOf(kept)) }
  }

  #etagOf(bytes: Uint8Array): string {
    return etagOf(bytes, this.#source, this.#digest)
  }
}

/** A value. Its etag is computed when it is read. */
class RawFound implements Found {
  readonly bytes: Uint8Array
  readonly shared = false
  readonly mtime: number | undefined
  readonly #source: string
  readonly #digest: Digest

  constructor(bytes: Uint8Array, mtime: number | undefined, source: string, digest: Digest) {
    this.bytes = bytes
    this.mtime = mtime
    this.#source = source
    this.#digest = digest
  }

  get etag(): string {
    return etagOf(this.bytes, this.#source, this.#digest)
  }
}

function etagOf(bytes: Uint8Array, source: string, digest: Digest): string {
  return `${source}.${digest(bytes)}`
}

function valueOf({ value }: Row): Uint8Array {
  if (value === undefined) throw new Error('The driver returned a row without its value')
  return value
}
