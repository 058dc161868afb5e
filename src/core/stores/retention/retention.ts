import { chunksOf, concatBytes, ownCopy } from '../../bytes.ts'
import type { ByteSource } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { checkOptions, numberFrom, oneOf, wholeNumberOrInfinity } from '../../options.ts'
import { type EvictionPolicy, LeastFrequentlyUsed, LeastRecentlyUsed } from './eviction-policy.ts'

/** How much a store keeps, and for how long. Absent limits are unlimited. */
export interface RetentionOptions {
  readonly maxEntries?: number | undefined
  /** Bytes of values. A larger value is not kept at all. */
  readonly maxBytes?: number | undefined
  /** Milliseconds for which a value is served after it was stored, unless a put sets a shorter time. */
  readonly ttl?: number | undefined
  /** Which value is evicted when room is needed. Default `lru`. */
  readonly policy?: 'lru' | 'lfu' | undefined
  /** A monotonic clock in milliseconds. Default `performance.now()`. */
  readonly now?: (() => number) | undefined
}

const POLICIES: readonly string[] = ['lru', 'lfu']

/** @throws DatastoreError `CONFIG_INVALID` for a wrong limit or policy. */
export function checkRetention(options: RetentionOptions): void {
  checkOptions('limit what a store keeps', options, {
    maxEntries: wholeNumberOrInfinity(0),
    maxBytes: wholeNumberOrInfinity(0),
    ttl: numberFrom(0),
    policy: oneOf(POLICIES),
  })
}

/** Tracks the room that the keys of a store take, and decides which are evicted. It removes nothing itself. */
export class Retention {
  readonly #options: RetentionOptions
  readonly #policy: EvictionPolicy
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#policy = options.policy === 'lfu' ? new LeastFrequentlyUsed() : new LeastRecentlyUsed()
  }

  used(key: string): void {
    this.#policy.use(key)
  }

  stored(key: string, size: number): void {
    this.#bytes += size - (this.#sizes.get(key) ?? 0)
    this.#sizes.set(key, size)
    this.#policy.use(key)
  }

  removed(key: string): void {
    this.#bytes -= this.#sizes.get(key) ?? 0
    this.#sizes.delete(key)
    this.#policy.remove(key)
  }

  /** The next key to evict before `key` can be stored with `size` bytes. */
  nextVictim(key: string, size: number): string | undefined {
    const { maxEntries = Infinity, maxBytes = Infinity } = this.#options
    const before = this.#sizes.get(key)
    const entries = this.#sizes.size + (before === undefined ? 1 : 0)
    const bytes = this.#bytes + size - (before ?? 0)
    return entries > maxEntries || bytes > maxBytes ? this.#policy.victim(key) : undefined
  }

  /** Whether a value of this size could be kept if it were alone. */
  canKeep(size: number): boolean {
    const { maxEntries = Infinity, maxBytes = Infinity } = this.#options
    return maxEntries >= 1 && size <= maxBytes
  }
}

/**
 * The bytes of a source; or none and only a size that is too large: the source is read only as far as needed to know
 * that its value cannot be kept.
 */
export async function collectKept(
  source: ByteSource,
  key: Key,
  signal: AbortSignal | undefined,
  canKeep: (size: number) => boolean,
): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(source, key, signal)) {
    size += chunk.length
    if (!canKeep(size)) return { bytes: new Uint8Array(), size }
    chunks.push(ownCopy(chunk))
  }
  return { bytes: concatBytes(chunks), size }
}
