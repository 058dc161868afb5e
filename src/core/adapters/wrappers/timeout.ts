import { orAbort, untilAborted } from '../../concurrency/abortable.ts'
import { LONGEST_TIMER } from '../../concurrency/longest-timer.ts'
import { WriteQueue } from '../../concurrency/write-queue.ts'
import type { CallOptions, Datastore } from '../../datastore.ts'
import { failure, isAborted } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { DelayingDatastore } from '../delaying.ts'
import { ACTIONS, type Call, type Verb } from '../intercepted.ts'

const WRITES: ReadonlySet<Verb> = new Set(['put', 'delete', 'rename'])
const OF_MANY_KEYS: ReadonlySet<Verb> = new Set(['list', 'query', 'stats', 'sync'])

class TimeoutDatastore<V> extends DelayingDatastore<V> {
  readonly #milliseconds: number
  /** Writes that nobody waits for any more, and that may still take effect below. */
  readonly #givenUp = new WriteQueue()

  constructor(child: Datastore<V>, milliseconds: number) {
    super(child)
    this.#milliseconds = milliseconds
  }

  protected override async delay<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const { verb, key } = call
    const limit = this.#limit(call)
    try {
      await this.#endOfGivenUp(call, limit)
      const work = run({ signal: limit.signal })
      return await orAbort(work, limit.signal, ACTIONS[verb], key).catch((error: unknown) => {
        if (limit.signal.aborted) this.#giveUp(call, work)
        throw error
      })
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
    const { verb, key } = call
    const limit = this.#limit(call)
    try {
      await this.#endOfGivenUp(call, limit)
      for await (const item of untilAborted(
        run({ signal: limit.signal }),
        limit.signal,
        ACTIONS[verb],
        key,
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

  #giveUp(call: Call, work: Promise<unknown>): void {
    if (!WRITES.has(call.verb)) return
    // How it ends in the end, nobody hears.
    this.#givenUp.write(keysOf(call), () => work).catch(() => undefined)
  }

  /**
   * Waits for the writes given up that may still take effect on what a call speaks of, as long as it may take itself:
   * they cannot undo what is written after them, nor turn up after they were seen to be missing.
   */
  async #endOfGivenUp(call: Call, { signal }: TimeLimit): Promise<void> {
    if (this.#givenUp.isIdle) return
    const ends = OF_MANY_KEYS.has(call.verb)
      ? [this.#givenUp.drain()]
      : keysOf(call).map(key => this.#givenUp.follow(key, async () => undefined))
    await orAbort(Promise.all(ends), signal, ACTIONS[call.verb], call.key)
  }

  #limit(call: Call): TimeLimit {
    return new TimeLimit(call, this.#milliseconds)
  }
}

/**
 * Rejects with `TIMEOUT` when a call takes longer than it may; the call below is aborted. Whether a write that was given
 * up has taken effect is unknown until the next call on its key answers, which waits for it.
 * @param milliseconds How long a call may take once its turn has come, and each piece of a stream.
 */
export function timeout<V>(store: Datastore<V>, milliseconds: number): Datastore<V> {
  if (!(milliseconds > 0)) throw new RangeError(`A call cannot take ${milliseconds} ms at the most`)
  return new TimeoutDatastore(store, milliseconds)
}

function keysOf({ key, to }: Call): readonly Key[] {
  return to === undefined ? [key] : [key, to]
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
    // A longer limit is none that anybody will see reached.
    if (this.#milliseconds > LONGEST_TIMER) return
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
    return failure(
      'TIMEOUT',
      ACTIONS[verb],
      key,
      `there was no answer within ${this.#milliseconds} ms`,
      error,
    )
  }
}
