import { orAbort, untilAborted } from '../../concurrency/abortable.ts'
import type { CallOptions, Datastore } from '../../datastore.ts'
import { failure, isAborted } from '../../errors.ts'
import { DelayingDatastore } from '../delaying.ts'
import type { Call } from '../intercepted.ts'

class TimeoutDatastore<V> extends DelayingDatastore<V> {
  readonly #milliseconds: number

  constructor(child: Datastore<V>, milliseconds: number) {
    super(child)
    this.#milliseconds = milliseconds
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const limit = this.#limit(call)
    try {
      return await orAbort(run({ signal: limit.signal }), limit.signal, call.verb, call.key)
    } catch (error) {
      throw limit.told(error)
    } finally {
      limit.end()
    }
  }

  /** Each piece of a stream has the time that a call has; what the consumer does between them does not count. */
  protected override async *delayStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    if (call.verb === 'watch') {
      // Nothing happening is no failure of a watch.
      yield* run({})
      return
    }
    const limit = this.#limit(call)
    try {
      for await (const item of untilAborted(
        run({ signal: limit.signal }),
        limit.signal,
        call.verb,
        call.key,
      )) {
        limit.pause()
        yield item
        limit.resume()
      }
    } catch (error) {
      throw limit.told(error)
    } finally {
      limit.end()
    }
  }

  #limit(call: Call): TimeLimit {
    return new TimeLimit(call, this.#milliseconds)
  }
}

/** Rejects with `TIMEOUT` when a call takes longer than it may; the call below is aborted. */
export function timeout<V>(store: Datastore<V>, milliseconds: number): Datastore<V> {
  if (!(milliseconds > 0)) throw new RangeError(`A call cannot take ${milliseconds} ms at the most`)
  return new TimeoutDatastore(store, milliseconds)
}

class TimeLimit {
  readonly signal: AbortSignal
  readonly #call: Call
  readonly #milliseconds: number
  readonly #controller = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isOver = false

  constructor(call: Call, milliseconds: number) {
    this.#call = call
    this.#milliseconds = milliseconds
    const { signal } = call.options
    this.signal =
      signal === undefined ? this.#controller.signal : AbortSignal.any([signal, this.#controller.signal])
    this.resume()
  }

  resume(): void {
    this.#timer = setTimeout(() => {
      this.#isOver = true
      this.#controller.abort()
    }, this.#milliseconds)
  }

  pause(): void {
    clearTimeout(this.#timer)
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  told(error: unknown): unknown {
    if (!this.#isOver || !isAborted(error)) return error
    const { verb, key } = this.#call
    return failure('TIMEOUT', verb, key, `there was no answer within ${this.#milliseconds} ms`, error)
  }
}
