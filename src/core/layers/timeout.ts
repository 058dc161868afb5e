import { failure, isAborted } from '../errors.ts'
import { type Call, Cancel, type Maybe } from '../open/call.ts'
import type { Datastore } from '../open/datastore.ts'
import { checkOptions, MAX_TIMER, positiveNumber } from '../options.ts'
import { ACTIONS, type Layer, layered, type Step } from './layer.ts'

/** A call that has a limit. */
interface Limited {
  readonly deadline: number
  expire(): void
  isDone: boolean
}

/**
 * All calls of one layer have the same limit, so they expire in the order in which they began: one queue, and one timer
 * for its head. A call that ends at once needs no timer.
 */
class Deadlines {
  readonly #milliseconds: number
  #queue: Limited[] = []
  #head = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  /** Calls `expire` when the time is over, unless the returned function is called first. */
  begin(expire: () => void): () => void {
    const own: Limited = { deadline: performance.now() + this.#milliseconds, expire, isDone: false }
    this.#forget()
    this.#queue.push(own)
    this.#timer ??= setTimeout(() => this.#expire(), this.#milliseconds)
    return () => {
      own.isDone = true
      this.#forget()
      // An idle timer would keep the process alive.
      if (this.#head < this.#queue.length) return
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  /** Drops the calls at the head that have ended. */
  #forget(): void {
    while (this.#queue[this.#head]?.isDone === true) this.#head++
    if (this.#head < 1000 && this.#head < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }

  #expire(): void {
    this.#timer = undefined
    const now = performance.now()
    for (let own = this.#queue[this.#head]; own !== undefined; own = this.#queue[this.#head]) {
      if (!own.isDone && own.deadline > now) {
        this.#timer = setTimeout(() => this.#expire(), Math.ceil(own.deadline - now))
        break
      }
      this.#head++
      if (!own.isDone) own.expire()
    }
  }
}

class Timeout implements Layer {
  readonly name = 'timeout'
  readonly delays = true
  readonly #milliseconds: number
  readonly #deadlines: Deadlines

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
    this.#deadlines = new Deadlines(milliseconds)
  }

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    const cancel = Cancel.under(step.call.cancel)
    let answer: Maybe<T>
    try {
      answer = run(step.call.under(cancel))
    } catch (error) {
      cancel.release()
      throw error
    }
    if (answer instanceof Promise) return this.#awaited(step, cancel, answer)
    cancel.release()
    return answer
  }

  /** A method of its own, so that an answer without a promise allocates no closure. */
  #awaited<T>(step: Step, cancel: Cancel, answer: Promise<T>): Promise<T> {
    const release = () => cancel.release()
    answer.then(release, release)
    return this.#limited(step, cancel, answer)
  }

  /**
   * Each item of a stream has the time limit of a call. The time that the consumer takes between items does not count.
   */
  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    if (step.verb === 'watch') {
      // A watch without changes has not failed.
      yield* run(step.call)
      return
    }
    const cancel = Cancel.under(step.call.cancel)
    const items = run(step.call.under(cancel))[Symbol.asyncIterator]()
    let isOpen = true
    try {
      for (;;) {
        const next = await this.#limited(step, cancel, items.next())
        if (next.done === true) {
          isOpen = false
          return
        }
        yield next.value
      }
    } finally {
      cancel.release()
      // A hanging source may never end, so it is not awaited.
      if (isOpen) void items.return?.().catch(() => undefined)
    }
  }

  #limited<T>(step: Step, cancel: Cancel, answer: Promise<T>): Promise<T> {
    // A timer cannot wait longer, so such a limit is never reached.
    if (this.#milliseconds > MAX_TIMER) return answer
    return new Promise((resolve, reject) => {
      let isOver = false
      const expired = (cause?: unknown) =>
        failure(
          'TIMEOUT',
          ACTIONS[step.verb],
          step.key,
          `there was no answer within ${this.#milliseconds} ms`,
          cause,
        )
      const end = this.#deadlines.begin(() => {
        isOver = true
        cancel.abort()
        reject(expired())
      })
      answer.then(
        value => {
          end()
          resolve(value)
        },
        (error: unknown) => {
          end()
          reject(isOver && isAborted(error) ? expired(error) : (error as Error))
        },
      )
    })
  }
}

/**
 * Rejects with `TIMEOUT` when a call exceeds its time limit; the call below is aborted. Whether a write that timed out
 * has taken effect is unknown until the next call on its key answers, because that call waits for it.
 * @param milliseconds The time limit of a call, and of each item of a stream.
 * @throws DatastoreError `CONFIG_INVALID` for a time that is not over zero.
 */
export function timeout<V>(store: Datastore<V>, milliseconds: number): Datastore<V> {
  checkOptions('limit the time of calls', { milliseconds }, { milliseconds: positiveNumber })
  return layered(store, new Timeout(milliseconds))
}
