import { DatastoreError, type ErrorCode, isTransient } from '../errors.ts'
import type { Call, Maybe } from '../open/call.ts'
import type { Datastore } from '../open/datastore.ts'
import { checkOptions, numberFrom, wholeNumberOrInfinity } from '../options.ts'
import { type Layer, layered, pause, refusalOf, type Step } from './layer.ts'

/** How often a call is retried, and how long it waits before that. */
export interface RetryOptions {
  /** The maximum number of attempts. Default 4. */
  readonly attempts?: number | undefined
  /** Milliseconds before the second attempt. Each further wait is twice as long. Default 50. */
  readonly delay?: number | undefined
  /** The maximum wait, in milliseconds. Default 5000. */
  readonly maxDelay?: number | undefined
  /** The codes that are retried. Default: as failures say themselves (`error.retry`). */
  readonly codes?: readonly ErrorCode[] | undefined
  /** Returns a number from 0 to 1 for the jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

class Retry implements Layer {
  readonly name = 'retry'
  readonly delays = true
  readonly #options: RetryOptions

  constructor(options: RetryOptions) {
    this.#options = options
  }

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    let answer: Maybe<T>
    try {
      answer = run(step.call)
    } catch (error) {
      return this.#again(step, run, error)
    }
    return answer instanceof Promise ? this.#awaited(step, run, answer) : answer
  }

  /** A method of its own, so that an answer without a promise allocates no closure. */
  #awaited<T>(step: Step, run: (call: Call) => Maybe<T>, answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => this.#again(step, run, error))
  }

  async #again<T>(step: Step, run: (call: Call) => Maybe<T>, first: unknown): Promise<T> {
    let failed = first
    for (let attempt = 1; ; attempt++) {
      const isExhausted = step.value?.isTaken === true || attempt >= (this.#options.attempts ?? 4)
      if (isExhausted || !this.#isRetryable(failed)) throw failed
      await pause(this.#waitBefore(attempt), step)
      try {
        const answer = await run(step.call)
        // The put may be refused because an earlier attempt took effect, which cannot be determined.
        if (step.verb === 'put' && refusalOf(step, answer) !== undefined) throw failed
        return answer
      } catch (error) {
        if (error === failed) throw error
        failed = error
      }
    }
  }

  /** Restarts a stream that failed before its first item. */
  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    for (let attempt = 1; ; attempt++) {
      let isUntouched = true
      try {
        for await (const item of run(step.call)) {
          isUntouched = false
          yield item
        }
        return
      } catch (error) {
        if (!isUntouched || attempt >= (this.#options.attempts ?? 4) || !this.#isRetryable(error)) throw error
        await pause(this.#waitBefore(attempt), step)
      }
    }
  }

  #isRetryable(error: unknown): boolean {
    const { codes } = this.#options
    if (codes === undefined) return isTransient(error)
    return error instanceof DatastoreError && codes.includes(error.code)
  }

  /** Exponential backoff with full jitter (source: Brooker, "Exponential Backoff And Jitter", 2015). */
  #waitBefore(attempt: number): number {
    const { delay = 50, maxDelay = 5000, random = Math.random } = this.#options
    return random() * Math.min(maxDelay, delay * 2 ** (attempt - 1))
  }
}

/**
 * Retries every kind of call when it fails with a transient failure. A streamed put is not retried. A failed attempt
 * may still have taken effect: a conditional put that is refused after one rejects with the failure instead of the
 * refusal, and a retried `delete` or `rename` may fail with `NOT_FOUND` although it took effect.
 * @throws DatastoreError `CONFIG_INVALID` for fewer than one attempt, or a negative wait.
 */
export function retry<V>(store: Datastore<V>, options: RetryOptions = {}): Datastore<V> {
  checkOptions('retry', options, {
    attempts: wholeNumberOrInfinity(1),
    delay: numberFrom(0),
    maxDelay: numberFrom(0),
  })
  return layered(store, new Retry(options))
}
