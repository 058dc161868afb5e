import { byteLengthOf } from '../bytes.ts'
import type { Call, Maybe } from '../open/call.ts'
import type { Found, Refused } from '../open/store.ts'
import { type Layer, refusalOf, type Step } from './layer.ts'

/** How a call ended. */
export interface Outcome {
  readonly step: Step
  /** Milliseconds. */
  readonly duration: number
  /** Bytes of values that went through. */
  readonly bytes: number
  /** Why it did nothing; absent where it did what it was asked. */
  readonly refused?: Refused | undefined
  /** What it failed with; absent where it did not fail. */
  readonly error?: unknown
}

/** A layer that reports how each call ended, and changes nothing about it. */
export abstract class ObservingLayer implements Layer {
  abstract readonly name: string

  protected abstract ended(outcome: Outcome): void

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    const start = performance.now()
    let answer: Maybe<T>
    try {
      answer = run(step.call)
    } catch (error) {
      this.#failed(step, start, error)
      throw error
    }
    if (!(answer instanceof Promise)) return this.#answered(step, start, answer)
    return answer.then(
      value => this.#answered(step, start, value),
      (error: unknown) => {
        this.#failed(step, start, error)
        throw error
      },
    )
  }

  async *aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    const start = performance.now()
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
      this.ended({ step, duration: performance.now() - start, bytes, ...failed })
    }
  }

  #answered<T>(step: Step, start: number, answer: T): T {
    const duration = performance.now() - start
    const refused = refusalOf(step, answer)
    this.ended({ step, duration, bytes: refused === undefined ? bytesOf(step, answer) : 0, refused })
    return answer
  }

  #failed(step: Step, start: number, error: unknown): void {
    this.ended({ step, duration: performance.now() - start, bytes: 0, error })
  }
}

function bytesOf({ verb, value }: Step, answer: unknown): number {
  if (verb === 'put') return value?.isStream === false ? value.bytes.length : 0
  return verb === 'get' ? (answer as Found).bytes.length : 0
}
