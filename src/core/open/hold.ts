import { AbortError } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from './call.ts'
import type { OpenStore } from './open-store.ts'
import { attempt } from './turns.ts'

/** How long a change of the stores waits, in milliseconds. */
export interface Waits {
  /** For calls and streams to end by themselves. Then the remaining streams are ended. */
  readonly streams: number
  /** After that, for the remaining calls. Then the change is given up. */
  readonly calls: number
}

/**
 * Calls that wait while the stores of a stack change. They are made in the order in which they came, whichever store
 * they came to, so that call order holds across the change.
 */
export class Hold {
  readonly #held = new Set<OpenStore>()
  readonly #waiting = new Set<() => void>()

  /** Makes new calls of a store wait from now on. Running calls continue. */
  take(store: OpenStore): void {
    this.#held.add(store)
    store.holdFor(this)
  }

  /** Lets new calls of a store pass again. Calls that already wait continue to wait until the change is over. */
  drop(store: OpenStore): void {
    if (this.#held.delete(store)) store.holdFor(undefined)
  }

  /** Makes a call once the hold is released. A call that is aborted before that rejects immediately. */
  later<T>(action: string, key: Key | undefined, call: Call, make: () => Maybe<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = () => {
        stop?.()
        resolve(attempt(make))
      }
      this.#waiting.add(start)
      const stop = call.cancel?.onAbort(() => {
        this.#waiting.delete(start)
        reject(new AbortError(action, { key, cause: call.cancel?.reason }))
      })
    })
  }

  /** Stops holding every store, and makes every waiting call before it returns. */
  release(): void {
    for (const store of this.#held) this.drop(store)
    for (const start of this.#waiting) start()
    this.#waiting.clear()
  }
}
