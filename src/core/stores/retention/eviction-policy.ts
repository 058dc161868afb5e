/** Decides which key is evicted when room is needed. */
export interface EvictionPolicy {
  /** A key was stored or used. */
  use(key: string): void
  remove(key: string): void
  /** The key to evict next, other than `except`; `undefined` if there is none. */
  victim(except: string): string | undefined
}

/** Evicts the least recently used key. */
export class LeastRecentlyUsed implements EvictionPolicy {
  /** Oldest use first: a map keeps the order of insertion. */
  readonly #keys = new Set<string>()

  use(key: string): void {
    this.#keys.delete(key)
    this.#keys.add(key)
  }

  remove(key: string): void {
    this.#keys.delete(key)
  }

  victim(except: string): string | undefined {
    for (const key of this.#keys) if (key !== except) return key
    return undefined
  }
}

/**
 * Evicts the least frequently used key; among equals, the one that reached that frequency first. Every operation takes
 * constant time. Source: Shah, Mitra, Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme", 2010.
 */
export class LeastFrequentlyUsed implements EvictionPolicy {
  readonly #counts = new Map<string, number>()
  readonly #byCount = new Map<number, Set<string>>()
  #least = 1

  use(key: string): void {
    const count = this.#counts.get(key) ?? 0
    if (count > 0) this.#leave(key, count)
    this.#counts.set(key, count + 1)
    const peers = this.#byCount.get(count + 1)
    if (peers === undefined) this.#byCount.set(count + 1, new Set([key]))
    else peers.add(key)
    if (count === 0) this.#least = 1
    else if (count === this.#least && !this.#byCount.has(count)) this.#least = count + 1
  }

  remove(key: string): void {
    const count = this.#counts.get(key)
    if (count === undefined) return
    this.#leave(key, count)
    this.#counts.delete(key)
  }

  victim(except: string): string | undefined {
    if (this.#counts.size === 0) return undefined
    // Removals may have emptied the lowest counts.
    while (!this.#byCount.has(this.#least)) this.#least++
    const found = this.#firstOf(this.#least, except)
    if (found !== undefined) return found
    // The excepted key is the only one with the lowest count.
    const others = [...this.#byCount.keys()].filter(count => count !== this.#least)
    return others.length === 0 ? undefined : this.#firstOf(Math.min(...others), except)
  }

  #firstOf(count: number, except: string): string | undefined {
    for (const key of this.#byCount.get(count) ?? []) if (key !== except) return key
    return undefined
  }

  #leave(key: string, count: number): void {
    const peers = this.#byCount.get(count)
    peers?.delete(key)
    if (peers?.size === 0) this.#byCount.delete(count)
  }
}
