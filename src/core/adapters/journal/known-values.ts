import type { Key } from '../../key.ts'
import type { HeldValue } from './held-value.ts'

/** The number of keys whose values are remembered. */
const MAX_KEYS = 1000

/**
 * The values that the latest writes stored, so that the next write to a key need not read its old value. A write that
 * relies on one must match its version (`ifMatch`), because another writer may have replaced it.
 */
export class KnownValues {
  readonly #maxBytes: number
  readonly #values = new Map<string, HeldValue>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: Key): HeldValue | undefined {
    return this.#values.get(key.toString())
  }

  set(key: Key, held: HeldValue): void {
    this.delete(key)
    this.#values.set(key.toString(), held)
    this.#bytes += bytesOf(held)
    for (const [oldest, { value }] of this.#values) {
      if (this.#values.size <= MAX_KEYS && this.#bytes <= this.#maxBytes) return
      this.#values.delete(oldest)
      this.#bytes -= bytesOf({ value })
    }
  }

  delete(key: Key): void {
    const text = key.toString()
    const held = this.#values.get(text)
    if (held === undefined) return
    this.#bytes -= bytesOf(held)
    this.#values.delete(text)
  }
}

function bytesOf({ value }: HeldValue): number {
  return value instanceof Uint8Array ? value.length : 0
}
