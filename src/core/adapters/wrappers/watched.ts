import { byteLengthOf } from '../../bytes.ts'
import type { CallOptions } from '../../datastore.ts'
import { type Call, InterceptedDatastore } from '../intercepted.ts'

/** How a call ended. */
export interface Outcome {
  readonly call: Call
  /** Milliseconds. */
  readonly duration: number
  /** Bytes that went through, where the values are bytes. */
  readonly bytes: number
  /** What the call rejected with; absent when it did well. */
  readonly error?: unknown
}

/** A store that tells how each of its calls ended, and changes nothing about them. */
export abstract class WatchedDatastore<V> extends InterceptedDatastore<V> {
  protected abstract ended(outcome: Outcome): void

  protected override async around<T>(call: Call, run: (options: CallOptions) => Promise<T>): Promise<T> {
    const start = performance.now()
    try {
      const answer = await run({})
      this.ended({
        call,
        duration: performance.now() - start,
        bytes: (byteLengthOf(call.value) ?? 0) + (byteLengthOf(answer) ?? 0),
      })
      return answer
    } catch (error) {
      this.ended({ call, duration: performance.now() - start, bytes: 0, error })
      throw error
    }
  }

  protected override async *aroundStream<T>(
    call: Call,
    run: (options: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const start = performance.now()
    let bytes = 0
    let failure: { readonly error: unknown } | undefined
    try {
      for await (const item of run({})) {
        bytes += byteLengthOf(item) ?? 0
        yield item
      }
    } catch (error) {
      failure = { error }
      throw error
    } finally {
      this.ended({ call, duration: performance.now() - start, bytes, ...failure })
    }
  }
}
