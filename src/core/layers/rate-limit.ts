import type { Call, Maybe } from '../open/call.ts'
import type { Datastore } from '../open/datastore.ts'
import { checkOptions, positiveNumber } from '../options.ts'
import { type Layer, layered, pause, type Step } from './layer.ts'

/** The rate of calls. */
export interface RateLimitOptions {
  /** Calls per second on average. */
  readonly perSecond: number
  /** Calls that may be made at once after an idle time. Default: those of one second. */
  readonly burst?: number | undefined
}

/** A token bucket: calls wait for their token in call order. */
class RateLimit implements Layer {
  readonly name = 'rate-limit'
  readonly delays = true
  readonly #perSecond: number
  readonly #burst: number
  /** When the bucket will be full again, by `performance.now()`. */
  #fullAt = 0

  constructor({ perSecond, burst = Math.max(1, perSecond) }: RateLimitOptions) {
    this.#perSecond = perSecond
    this.#burst = burst
  }

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    const wait = this.#token(step)
    return wait === undefined ? run(step.call) : wait.then(() => run(step.call))
  }

  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    const wait = this.#token(step)
    // With a token available, a watch subscribes before its caller continues, as without this layer.
    if (wait !== undefined) await wait
    yield* run(step.call)
  }

  /**
   * Takes a token.
   * @returns A promise if it has to wait for one.
   */
  #token(step: Step): Promise<void> | undefined {
    const now = performance.now()
    const interval = 1000 / this.#perSecond
    this.#fullAt = Math.max(now, this.#fullAt) + interval
    const wait = this.#fullAt - now - this.#burst * interval
    if (wait <= 0) return undefined
    return pause(wait, step).catch((error: unknown) => {
      // A call that was aborted while it waited used no token.
      this.#fullAt -= interval
      throw error
    })
  }
}

/**
 * Limits calls to a number per second; others wait.
 * @throws DatastoreError `CONFIG_INVALID` for a number that is not over zero.
 */
export function rateLimit<V>(store: Datastore<V>, options: RateLimitOptions): Datastore<V> {
  checkOptions('limit the rate of calls', options, { perSecond: positiveNumber, burst: positiveNumber })
  return layered(store, new RateLimit(options))
}
