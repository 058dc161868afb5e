import type { Stat } from '../datastore.ts'
import { writtenWith } from '../open/identity.ts'
import type { Payload } from '../open/payload.ts'
import type { Found } from '../open/store.ts'
import type { Row, Seen } from './driver.ts'
import type { Etags } from './etags.ts'
import type { Made, Making, RecordForm } from './record-form.ts'
import { ColumnForm } from './strata/column-form.ts'

/** Values whose version is the number that the engine gave their write, such as a revision of etcd. */
export class RevisionForm implements RecordForm {
  readonly etag = 'version'
  readonly expires: 'none' | 'column'
  readonly overhead = 0
  readonly keyOverhead = 0
  readonly #etags: Etags
  readonly #columns: ColumnForm
  /** The last provisional version. Negative, so that it differs from every number of the engine. */
  #pending = 0

  constructor(etags: Etags, expires: 'none' | 'column') {
    this.#etags = etags
    this.#columns = new ColumnForm(etags)
    this.expires = expires
  }

  found(row: Row): Found {
    return this.#columns.found(row)
  }

  stat(row: Row): Stat {
    return this.#columns.stat(row)
  }

  seen(row: Row): Seen {
    return this.#columns.seen(row)
  }

  seenBy(etag: string): Seen | undefined {
    return this.#columns.seenBy(etag)
  }

  /** Until the engine has written it, the record has a provisional version, which reads inside a transaction return. */
  make(value: Payload, { mtime, expires }: Making, isLent: boolean): Made {
    const etags = this.#etags
    let version = --this.#pending
    const wrote = (revision: number): void => {
      version = revision
    }
    return {
      record: { value: isLent ? value.bytes : value.keep(), version, mtime, expires, wrote },
      written: writtenWith(() => etags.of(version)),
    }
  }
}
