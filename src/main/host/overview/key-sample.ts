import type { Key } from '../../../core/key.ts'

/** A key of a sample. `place` is a hash of the key, by which the sample is chosen. */
export interface SampledKey {
  readonly key: Key
  readonly place: number
}

/**
 * A uniform sample of keys: those with the smallest hashes. The same keys give the same sample, so that figures
 * computed from it are stable. Keeps at most twice its size in memory.
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

  /** The sample. Its first keys are themselves a smaller uniform sample. */
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

/** FNV-1a, then the last step of MurmurHash3: without it, keys that differ only in their end have close hashes. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
