import { etagSourceOf } from '../open/identity.ts'

/** Names a version within the data of one store: `<source>.<version>`. */
export class Etags {
  #source: string

  /** @param id The id of the data. */
  constructor(id: string) {
    this.#source = etagSourceOf(id)
  }

  /** The data turned out to have another id. Etags issued before no longer match. */
  changeTo(id: string): void {
    this.#source = etagSourceOf(id)
  }

  of(version: number): string {
    return `${this.#source}.${version.toString(36)}`
  }

  /** `undefined` for an etag of other data. */
  versionOf(etag: string): number | undefined {
    const source = this.#source
    if (!etag.startsWith(source) || etag[source.length] !== '.') return undefined
    const text = etag.slice(source.length + 1)
    const version = Number.parseInt(text, 36)
    return version.toString(36) === text ? version : undefined
  }
}
