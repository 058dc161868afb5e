import type { Key } from '../../../core/key.ts'
import { commonAncestor } from '../sessions/change-feed.ts'

/** Milliseconds within which a report about a key that was just written is treated as a report of that write. */
const ECHO = 1000

/** The maximum number of keys that are checked again one by one. More are checked as one branch. */
const MAX_KEYS = 500

interface OwnWritesOptions {
  /** Called with a key that was reported soon after an own write: others may have changed it too. */
  readonly recheck: (key: Key) => void
  /** As `lookAgain`, for anything at or below `branch`. */
  readonly recheckBelow: (branch: Key) => void
}

/**
 * Distinguishes reports of the session's own writes from reports of changes by others. A store reports both, and
 * reading each written key again would double the work of a job. Because others may write the same key at the same
 * moment, each reported key is checked once more after a delay.
 */
export class OwnWrites {
  readonly #options: OwnWritesOptions
  /** When each key was written, in milliseconds; the oldest first. */
  readonly #written = new Map<string, number>()
  readonly #reported = new Map<string, Key>()
  /** A branch that contains every reported key, once there are too many keys. */
  #branch: Key | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: OwnWritesOptions) {
    this.#options = options
  }

  wrote(key: Key): void {
    const text = key.toString()
    this.#written.delete(text)
    this.#written.set(text, performance.now())
    this.#forgetOld()
  }

  /** Whether a report about a key is treated as a report of an own write. */
  isEcho(key: Key): boolean {
    const written = this.#written.get(key.toString())
    if (written === undefined || performance.now() - written > ECHO) return false
    if (this.#branch !== undefined) this.#branch = commonAncestor(this.#branch, key)
    else this.#reported.set(key.toString(), key)
    if (this.#reported.size > MAX_KEYS) {
      this.#branch = [...this.#reported.values()].reduce(commonAncestor, key)
      this.#reported.clear()
    }
    this.#timer ??= this.#scheduleRecheck()
    return true
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #forgetOld(): void {
    const now = performance.now()
    for (const [text, time] of this.#written) {
      if (now - time <= ECHO) return
      this.#written.delete(text)
    }
  }

  #scheduleRecheck(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#forgetOld()
      if (this.#branch !== undefined && this.#written.size > MAX_KEYS) {
        // A job is still writing, so the check is postponed.
        this.#timer = this.#scheduleRecheck()
        return
      }
      this.#timer = undefined
      const branch = this.#branch
      const keys = [...this.#reported.values()]
      this.#branch = undefined
      this.#reported.clear()
      if (branch !== undefined) this.#options.recheckBelow(branch)
      for (const key of keys) this.#options.recheck(key)
    }, ECHO).unref()
  }
}
