import { failure } from '../errors.ts'
import type { Key } from '../key.ts'

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
  async run<T>(action: string, key: Key | undefined, work: () => Promise<T>): Promise<T> {
    this.enter(action, key)
    try {
      return await work()
    } finally {
      this.leave()
    }
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

  #settle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise(resolve => {
      this.#idle = resolve
    })
  }
}
