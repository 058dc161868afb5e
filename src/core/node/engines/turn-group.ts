import type { Maybe } from '../../open/call.ts'

/** How an engine makes the calls of a group. */
export interface Making<Call, Answer> {
  one(call: Call): Maybe<Answer>
  /** Makes several calls as one. Answers in the order of the calls. */
  many(calls: readonly Call[]): Maybe<readonly Maybe<Answer>[]>
  /** Approximate number of bytes that a call sends or receives. */
  bytesOf(call: Call): number
  /**
   * The error of one call after `many` failed; `undefined` to make the call again by itself, since another call of the
   * group may have caused the failure. Default: every call is made again.
   */
  failureOf?(error: unknown): unknown
}

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Maybe<Answer>) => void
  readonly reject: (error: unknown) => void
}

/** A group of this many calls or bytes is made at once, which limits how long its first call waits. */
const MAX_CALLS = 256
const MAX_BYTES = 1024 * 1024
const RESOLVED = Promise.resolve()

/** Does the same as `queueMicrotask` in less time, because Node creates an async resource for each call of that. */
export function runAsMicrotask(callback: () => void): void {
  void RESOLVED.then(callback)
}

/** Collects the calls of one turn of the event loop and makes them as one. Each call has its own answer and failure. */
export class TurnGroup<Call, Answer> {
  readonly #making: Making<Call, Answer>
  #waiting: Waiting<Call, Answer>[] = []
  #bytes = 0
  #isScheduled = false
  /** A call was made outside the group, and its caller has not resumed yet. */
  #isPassed = false

  constructor(making: Making<Call, Answer>) {
    this.#making = making
  }

  /**
   * Whether the next call can be made at once, without `push`: no other call was made in the current microtask, so there
   * is nothing to group it with.
   */
  passesNext(): boolean {
    if (this.#isPassed || this.#waiting.length > 0) return false
    this.#isPassed = true
    // Runs before the code that awaits the answer of this call.
    runAsMicrotask(this.#onResumed)
    return true
  }

  readonly #onResumed = (): void => {
    this.#isPassed = false
  }

  push(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject })
      this.#bytes += this.#making.bytesOf(call)
      if (this.#waiting.length >= MAX_CALLS || this.#bytes >= MAX_BYTES) this.flush()
      else if (!this.#isScheduled) {
        this.#isScheduled = true
        // After the microtasks of this turn: callers that were answered in it have made their next calls by then.
        process.nextTick(this.#onTurn)
      }
    })
  }

  readonly #onTurn = (): void => {
    this.#isScheduled = false
    this.flush()
  }

  /** Makes the waiting calls now. */
  flush(): void {
    const group = this.#waiting
    if (group.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    if (group.length > 1) this.#makeMany(group)
    else this.#makeEach(group)
  }

  #makeMany(group: readonly Waiting<Call, Answer>[]): void {
    const answer = (answers: readonly Maybe<Answer>[]) => {
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Maybe<Answer>)
    }
    const fail = (error: unknown) => {
      if (this.#making.failureOf?.(error) === undefined) this.#makeEach(group)
      else for (const { reject } of group) reject(this.#making.failureOf(error))
    }
    try {
      const answers = this.#making.many(group.map(({ call }) => call))
      if (answers instanceof Promise) answers.then(answer, fail)
      else answer(answers)
    } catch (error) {
      fail(error)
    }
  }

  #makeEach(group: readonly Waiting<Call, Answer>[]): void {
    for (const { call, resolve, reject } of group) {
      try {
        resolve(this.#making.one(call))
      } catch (error) {
        reject(error)
      }
    }
  }
}
