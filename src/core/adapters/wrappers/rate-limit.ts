import type { CallOptions, Datastore } from '../../datastore.ts'
import { DelayingDatastore } from '../delaying.ts'
import type { Call } from '../intercepted.ts'
import { pause } from './pause.ts'

/** How many calls may pass. */
export interface RateLimitOptions {
  /** Calls a second in the long run. */
  readonly perSecond: number
  /** Calls that may be made at once after a quiet time. Default: one second's. */
  readonly burst?: number | undefined
}

/** A token bucket: calls wait for their token, first come, first served. */
class RateLimitDatastore<V> extends DelayingDatastore<V> {
  readonly #perSecond: number
  readonly #burst: number
  /** When the bucket would be full again, by `performance.now()`. */
  #fullAt = 0

  constructor(child: Datastore<V>, { perSecond, burst = Math.max(1, perSecond) }: RateLimitOptions) {
    super(child)
    this.#perSecond = perSecond
    this.#burst = burst
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    await this.#token(call)
    return run({})
  }

  protected override async *delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    await this.#token(call)
    yield* run({})
  }

  async #token(call: Call): Promise<void> {
    const now = performance.now()
    const interval = 1000 / this.#perSecond
    this.#fullAt = Math.max(now, this.#fullAt) + interval
    const wait = this.#fullAt - now - this.#burst * interval
    if (wait <= 0) return
    try {
      await pause(wait, call)
    } catch (error) {
      // What was given up while it waited used no token.
      this.#fullAt -= interval
      throw error
    }
  }
}

/** Lets so many calls a second through; others wait. */
export function rateLimit<V>(store: Datastore<V>, options: RateLimitOptions): Datastore<V> {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !(Number(value) > 0))
      throw new RangeError(`A rate limit has no ${name} of ${String(value)}`)
  }
  return new RateLimitDatastore(store, options)
}
