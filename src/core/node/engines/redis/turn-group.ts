import { DatastoreError } from '../../../errors.ts'
import type { Maybe } from '../../../open/call.ts'
import { failureOfItsOwn } from './failures.ts'

/** How calls are made by themselves, and several as one. */
export interface Making<Call, Answer> {
  one(call: Call): Promise<Answer>
  /** Answers in the order of the calls. */
  many(calls: readonly Call[]): Promise<readonly Maybe<Answer>[]>
  /** Bytes that a call sends or is answered, about. */
  bytesOf(call: Call): number
}

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Maybe<Answer>) => void
  readonly reject: (error: unknown) => void
}

/** A group is sent once it has so many calls, or bytes: nobody shall wait long for the others in it. */
const MOST_CALLS = 256
const MOST_BYTES = 1024 * 1024

/** Calls that come in one turn of the event loop, made as one. Each has its own answer, and its own failure. */
export class TurnGroup<Call, Answer> {
  readonly #making: Making<Call, Answer>
  #waiting: Waiting<Call, Answer>[] = []
  #bytes = 0
  #isScheduled = false

  constructor(making: Making<Call, Answer>) {
    this.#making = making
  }

  push(call: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject })
      this.#bytes += this.#making.bytesOf(call)
      if (this.#waiting.length >= MOST_CALLS || this.#bytes >= MOST_BYTES) this.#send()
      else if (!this.#isScheduled) {
        this.#isScheduled = true
        // After the microtasks of this turn: whoever was answered in it has made the next call by then.
        process.nextTick(this.#onTurn)
      }
    })
  }

  readonly #onTurn = (): void => {
    this.#isScheduled = false
    this.#send()
  }

  #send(): void {
    const group = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (group.length > 1) void this.#sendMany(group)
    else for (const { call, resolve } of group) resolve(this.#making.one(call))
  }

  async #sendMany(group: readonly Waiting<Call, Answer>[]): Promise<void> {
    try {
      const answers = await this.#making.many(group.map(({ call }) => call))
      for (const [index, { resolve }] of group.entries()) resolve(answers[index] as Maybe<Answer>)
    } catch (error) {
      for (const { call, resolve, reject } of group) {
        if (error instanceof DatastoreError) reject(failureOfItsOwn(error))
        // A server that refuses one of them refuses all.
        else resolve(this.#making.one(call))
      }
    }
  }
}
