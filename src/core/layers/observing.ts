import { byteLengthOf } from '../bytes.ts'
import type { Call, Maybe } from '../open/call.ts'
import type { Found, Refused } from '../open/store.ts'
import { type Layer, refusalOf, type Step } from './layer.ts'

/** The global object has it as a getter, which costs half as much again as reading the time. */
const clock = performance

/** How a call ended. */
export interface Outcome {
  readonly step: Step
  /** Milliseconds. */
  readonly duration: number
  /** Bytes of values that passed. */
  readonly bytes: number
  /** Why it did nothing; absent if it took effect. */
  readonly refused?: Refused | undefined
  /** The error; absent if it did not fail. */
  readonly error?: unknown
}

/** A layer that reports how each call ended, and changes nothing about it. */
export abstract class ObservingLayer implements Layer {
  abstract readonly name: string

  protected abstract ended(outcome: Outcome): void

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    const start = clock.now()
    let answer: Maybe<T>
    try {
      answer = run(step.call)
    } catch (error) {
      this.#failed(step, start, error)
      throw error
    }
    return answer instanceof Promise
      ? this.#awaited(step, start, answer)
      : this.#answered(step, start, answer)
  }

  /** A method of its own, so that an answer without a promise allocates no closure. */
  #awaited<T>(step: Step, start: number, answer: Promise<T>): Promise<T> {
    return answer.then(
      value => this.#answered(step, start, value),
      (error: unknown) => {
        this.#failed(step, start, error)
        throw error
      },
    )
  }

  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    const start = clock.now()
    let bytes = 0
    let failed: { readonly error: unknown } | undefined
    try {
      for await (const item of run(step.call)) {
        bytes += byteLengthOf(item) ?? 0
        yield item
      }
    } catch (error) {
      failed = { error }
      throw error
    } finally {
      this.ended({ step, duration: clock.now() - start, bytes, ...failed })
    }
  }

  #answered<T>(step: Step, start: number, answer: T): T {
    const duration = clock.now() - start
    const refused = refusalOf(step, answer)
    this.ended({ step, duration, bytes: refused === undefined ? bytesOf(step, answer) : 0, refused })
    return answer
  }

  #failed(step: Step, start: number, error: unknown): void {
    this.ended({ step, duration: clock.now() - start, bytes: 0, error })
  }
}

function bytesOf({ verb, value }: Step, answer: unknown): number {
  if (verb === 'put') return value?.isStream === false ? value.bytes.length : 0
  return verb === 'get' ? (answer as Found).bytes.length : 0
}
