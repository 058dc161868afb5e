import type { Key } from '../../key.ts'

const REMEMBERED = 10_000

/** The sizes of versions that were counted already; the oldest are forgotten when there are too many. */
export class KnownSizes {
  readonly #sizes = new Map<string, { readonly etag: string; readonly size: number }>()

  get(key: Key, etag: string): number | undefined {
    const known = this.#sizes.get(key.toString())
    return known?.etag === etag ? known.size : undefined
  }

  set(key: Key, etag: string, size: number): void {
    const text = key.toString()
    this.#sizes.delete(text)
    this.#sizes.set(text, { etag, size })
    const [oldest] = this.#sizes.keys()
    if (this.#sizes.size > REMEMBERED && oldest !== undefined) this.#sizes.delete(oldest)
  }
}
