import { failure } from '../errors.ts'
import type { Key } from '../key.ts'
import { rejected } from './rejected.ts'

/** Open, closing, closed: refuses calls after `close`, and lets `close` wait for the calls in flight. */
export class Lifecycle {
  #closing: Promise<void> | undefined
  #inFlight = 0
  #idle: (() => void) | undefined

  get isClosed(): boolean {
    return this.#closing !== undefined
  }

  /** @throws DatastoreError `CLOSED` */
  assertOpen(action: string, key?: Key): void {
    if (this.#closing !== undefined) throw failure('CLOSED', action, key, 'the store is closed')
  }

  /** Runs a call that `close` has to wait for. */
  run<T>(action: string, key: Key | undefined, work: () => Promise<T>): Promise<T> {
    let result: Promise<T>
    try {
      this.enter(action, key)
      result = this.#begun(work)
    } catch (error) {
      return rejected(error)
    }
    // Not awaited in an async function: every call on every store would pay for one more promise.
    result.then(this.#left, this.#left)
    return result
  }

  /** Counts a call in. Each `enter` that returns needs its `leave`. */
  enter(action: string, key?: Key): void {
    this.assertOpen(action, key)
    this.#inFlight++
  }

  leave(): void {
    this.#inFlight--
    if (this.#inFlight === 0) this.#idle?.()
  }

  /** Refuses new calls, waits for those in flight, then runs `finish`, once. */
  close(finish: () => Promise<void> = async () => undefined): Promise<void> {
    this.#closing ??= this.#settle().then(finish)
    return this.#closing
  }

  readonly #left = (): void => {
    this.leave()
  }

  #begun<T>(work: () => Promise<T>): Promise<T> {
    try {
      return work()
    } catch (error) {
      this.leave()
      throw error
    }
  }

  #settle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise(resolve => {
      this.#idle = resolve
    })
  }
}
