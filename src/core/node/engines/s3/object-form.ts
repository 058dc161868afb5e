import { randomBytes } from 'node:crypto'
import type { Child, Stat } from '../../../datastore.ts'
import { etagSourceOf } from '../../../open/identity.ts'
import type { Row } from '../../../ordered/driver.ts'
import type { S3Head } from './bucket.ts'

/** The name of the metadata that holds a version. */
const VERSION = 'strata-version'
const VERSION_TEXT = /^([0-9a-z]{8,9})-[0-9A-Za-z_-]{12}$/

/** What is stored with the bytes of an object. */
export interface ObjectVersion {
  readonly metadata: Readonly<Record<string, string>>
  /** The etag of the store, where it does not depend on that of the server. */
  readonly etag: string | undefined
}

/**
 * How an object stores its version and its time. Layout `strata` keeps a version of its own in the metadata of an object:
 * the server's etag repeats with the bytes, and its time has seconds. Layout `path` uses those of the server.
 */
export class ObjectForm {
  readonly isVersioned: boolean
  readonly #source: string
  readonly #now: () => number

  /** @param id The id of the data. @param now Milliseconds since 1970. */
  constructor(id: string, isVersioned: boolean, now: () => number = Date.now) {
    this.isVersioned = isVersioned
    this.#source = etagSourceOf(id)
    this.#now = now
  }

  /** What a listing says of a value exactly as `stat` does. In layout `strata` the time stands in the metadata. */
  get listed(): ReadonlySet<'size' | 'mtime'> {
    return new Set(this.isVersioned ? ['size'] : ['size', 'mtime'])
  }

  /** What a listing says. Its times may have parts of a second, which those of a single object never have. */
  listedOf({ size, mtime }: Pick<Row, 'size' | 'mtime'>): Pick<Child, 'size' | 'mtime'> {
    if (this.isVersioned || mtime === undefined) return { size }
    return { size, mtime: Math.floor(mtime / 1000) * 1000 }
  }

  etagOf({ metadata, etag }: Pick<S3Head, 'metadata' | 'etag'>): string {
    return this.etagOfText((this.isVersioned ? metadata[VERSION] : undefined) ?? etag)
  }

  etagOfText(etag: string): string {
    return `${this.#source}.${etag}`
  }

  /** The etag of the server; `undefined` for an etag of other data. */
  serverEtagOf(etag: string): string | undefined {
    const source = `${this.#source}.`
    return etag.startsWith(source) ? etag.slice(source.length) : undefined
  }

  /** Milliseconds since 1970. */
  mtimeOf({ metadata, mtime }: Pick<S3Head, 'metadata' | 'mtime'>): number | undefined {
    const version = this.isVersioned ? VERSION_TEXT.exec(metadata[VERSION] ?? '') : null
    return version === null ? mtime : Number.parseInt(version[1] as string, 36)
  }

  statOf(head: S3Head): Stat {
    return { size: head.size, mtime: this.mtimeOf(head), etag: this.etagOf(head) }
  }

  /** A version that no object has. */
  newVersion(kept: Readonly<Record<string, string>> = {}): ObjectVersion {
    if (!this.isVersioned) return { metadata: kept, etag: undefined }
    const version = `${this.#now().toString(36)}-${randomBytes(9).toString('base64url')}`
    return { metadata: { ...kept, [VERSION]: version }, etag: this.etagOfText(version) }
  }
}
