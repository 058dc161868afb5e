import type { Maybe } from '../../../open/call.ts'
import { copyOf } from '../../../open/payload.ts'
import type { Outcome, Write } from '../../../ordered/driver.ts'

/** A write that waits for the end of its turn. */
export interface WaitingWrite {
  readonly write: Write
  readonly durable: boolean
  readonly resolve: (outcome: Maybe<Outcome>) => void
  readonly reject: (error: unknown) => void
}

/** One transaction holds up the thread no longer than these take. */
const MOST_WRITES = 256
const MOST_BYTES = 1024 * 1024

/**
 * Writes that are called side by side, in one transaction: each by itself would write the same pages again. One that is
 * called alone is made at once.
 */
export class TurnWrites {
  readonly #apply: (writes: readonly WaitingWrite[]) => void
  #waiting: WaitingWrite[] = []
  #bytes = 0
  /** A write was made whose caller has not gone on yet. */
  #isUsed = false

  constructor(apply: (writes: readonly WaitingWrite[]) => void) {
    this.#apply = apply
  }

  /** Whether the next write is called beside another one. If not, it is made at once. */
  takesNext(): boolean {
    if (this.#isUsed || this.#waiting.length > 0) return true
    this.#isUsed = true
    // Before the code that waits for the answer goes on.
    queueMicrotask(this.#goOn)
    return false
  }

  readonly #goOn = (): void => {
    this.#isUsed = false
  }

  push(write: Write, durable: boolean): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const value = write.value && copyOf(write.value)
      this.#waiting.push({ write: { ...write, value }, durable, resolve, reject })
      this.#bytes += value?.length ?? 0
      if (this.#waiting.length >= MOST_WRITES || this.#bytes >= MOST_BYTES) this.flush()
      // After the microtasks of this turn: whoever was answered in it has made the next call by then.
      else if (this.#waiting.length === 1) process.nextTick(this.flush)
    })
  }

  /** Makes what waits. */
  readonly flush = (): void => {
    const writes = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    if (writes.length > 0) this.#apply(writes)
  }
}
