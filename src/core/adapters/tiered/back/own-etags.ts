import type { Stat } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'

const REMEMBERED = 10_000

/**
 * The etags that puts are acknowledged with, before the last tier has given its own. They stay those versions' etags
 * after the flush; of versions flushed long ago the last tier's own is told, and an etag from before is a `CONFLICT`.
 */
export class OwnEtags {
  readonly #token = crypto.randomUUID()
  readonly #flushed = new Map<string, { readonly own: string; readonly below: string }>()
  #serial = 0

  next(): string {
    this.#serial++
    return `w${this.#serial}-${this.#token}`
  }

  /** The last tier has given `below` to the version that was acknowledged as `own`. */
  flushed(key: Key, own: string, below: string): void {
    const text = key.toString()
    this.#flushed.delete(text)
    this.#flushed.set(text, { own, below })
    const [oldest] = this.#flushed.keys()
    if (this.#flushed.size > REMEMBERED && oldest !== undefined) this.#flushed.delete(oldest)
  }

  /** A stat of the last tier, with the etag that the caller may know the version by. */
  translated(key: Key, stat: Stat): Stat {
    const known = this.#flushed.get(key.toString())
    return known?.below === stat.etag ? { ...stat, etag: known.own } : stat
  }

  /** The last tier's name for a version. */
  below(key: Key, etag: string): string {
    const known = this.#flushed.get(key.toString())
    return known?.own === etag ? known.below : etag
  }
}
