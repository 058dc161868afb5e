import type { CallOptions, Datastore } from '../../datastore.ts'
import { DatastoreError, type ErrorCode, isRefused } from '../../errors.ts'
import { DelayingDatastore } from '../delaying.ts'
import type { Call } from '../intercepted.ts'
import { pause } from './pause.ts'

/** How often a call is made again, and how long it waits before. */
export interface RetryOptions {
  /** How many times a call is made at the most. Default 4. */
  readonly attempts?: number | undefined
  /** Milliseconds before the second attempt; each further wait is twice as long. Default 50. */
  readonly delay?: number | undefined
  /** Milliseconds that no wait exceeds. Default 5000. */
  readonly maxDelay?: number | undefined
  /** The codes that are worth another attempt. Default `CONNECTION`, `TIMEOUT`, `IO`. */
  readonly codes?: readonly ErrorCode[] | undefined
  /** A number from 0 to 1 for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

const RETRYABLE: readonly ErrorCode[] = ['CONNECTION', 'TIMEOUT', 'IO']

class RetryDatastore<V> extends DelayingDatastore<V> {
  readonly #options: RetryOptions

  constructor(child: Datastore<V>, options: RetryOptions) {
    super(child)
    this.#options = options
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const attempts = isOneTime(call.value) ? 1 : (this.#options.attempts ?? 4)
    let before: unknown
    for (let attempt = 1; ; attempt++) {
      try {
        return await run({})
      } catch (error) {
        // What stands in the way of a put may be what an attempt before it left: that is not known.
        if (attempt > 1 && call.verb === 'put' && isRefused(error)) throw before
        if (attempt >= attempts || !this.#isRetryable(error)) throw error
        before = error
        await pause(this.#waitBefore(attempt), call)
      }
    }
  }

  /** A stream is made anew as long as nothing of it was given; what was given can't be taken back. */
  protected override async *delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    for (let attempt = 1; ; attempt++) {
      let isUntouched = true
      try {
        for await (const item of run({})) {
          isUntouched = false
          yield item
        }
        return
      } catch (error) {
        if (!isUntouched || attempt >= (this.#options.attempts ?? 4) || !this.#isRetryable(error)) throw error
        await pause(this.#waitBefore(attempt), call)
      }
    }
  }

  #isRetryable(error: unknown): boolean {
    return error instanceof DatastoreError && (this.#options.codes ?? RETRYABLE).includes(error.code)
  }

  /** Exponential backoff with full jitter (source: Brooker, "Exponential Backoff And Jitter", 2015). */
  #waitBefore(attempt: number): number {
    const { delay = 50, maxDelay = 5000, random = Math.random } = this.#options
    return random() * Math.min(maxDelay, delay * 2 ** (attempt - 1))
  }
}

/**
 * Makes every kind of call again when it fails in a way that may pass. A value that can be read once only is not put
 * twice. An attempt that failed may have happened all the same: a conditional put that is refused after one rejects with
 * the failure, not with the refusal, and a repeated `delete` or `rename` that is `NOT_FOUND` may have been done before.
 * @throws RangeError for fewer attempts than one, or a wait that is none.
 */
export function retry<V>(store: Datastore<V>, options: RetryOptions = {}): Datastore<V> {
  const { attempts = 1, delay = 0, maxDelay = 0 } = options
  for (const [name, value, least] of [
    ['attempts', attempts, 1],
    ['delay', delay, 0],
    ['maxDelay', maxDelay, 0],
  ] as const) {
    if (!(value >= least)) throw new RangeError(`A retry has no ${name} of ${value}`)
  }
  return new RetryDatastore(store, options)
}

/** Whether a value is used up by one attempt: an iterator, not an array of chunks or bytes. */
function isOneTime(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || Array.isArray(value))
    return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}
