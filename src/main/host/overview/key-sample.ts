import type { Key } from '../../../core/key.ts'

/** A key of a sample. Its place depends on the key alone. */
export interface SampledKey {
  readonly key: Key
  readonly place: number
}

/**
 * A uniform sample of keys: those whose hashes are smallest. The same keys give the same sample, so that figures which
 * are computed from it do not jump. Holds at most twice its size.
 */
export class KeySample {
  readonly #size: number
  #keys: SampledKey[] = []
  /** Keys from here on are not in the sample. */
  #limit = Infinity

  constructor(size: number) {
    this.#size = size
  }

  add(key: Key): void {
    const place = hashOf(key.toString())
    if (place >= this.#limit) return
    this.#keys.push({ key, place })
    if (this.#keys.length >= this.#size * 2) this.#cut()
  }

  /** The sample. Any first part of it is a smaller sample. */
  take(): readonly SampledKey[] {
    this.#cut()
    return this.#keys
  }

  #cut(): void {
    this.#keys.sort((a, b) => a.place - b.place)
    if (this.#keys.length <= this.#size) return
    this.#keys.length = this.#size
    this.#limit = this.#keys.at(-1)?.place ?? Infinity
  }
}

/** FNV-1a, and the last step of MurmurHash3, since keys that differ in their last sign would stay close otherwise. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
