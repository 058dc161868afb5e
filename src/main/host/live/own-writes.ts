import type { Key } from '../../../core/key.ts'
import { commonAncestor } from '../sessions/change-feed.ts'

/** Milliseconds within which a report of a key that was just written is taken for a report of that write. */
const ECHO = 1000

/** Keys that are looked at again one by one; more at once are looked at as one branch. */
const MOST_KEYS = 500

interface OwnWritesOptions {
  /** A key that was reported soon after a write of our own may have been changed by others, too. */
  readonly lookAgain: (key: Key) => void
  /** The same of anything at or below `branch`. */
  readonly lookAgainBelow: (branch: Key) => void
}

/**
 * Tells reports of the session's own writes from those of what others change. A store reports both, and looking at each
 * written key again would double the work of a job. As others may write the same key in the same moment, each is looked
 * at once more when no more reports come.
 */
export class OwnWrites {
  readonly #options: OwnWritesOptions
  /** When each key was written, in milliseconds; the oldest first. */
  readonly #written = new Map<string, number>()
  readonly #reported = new Map<string, Key>()
  /** Holds every key that was reported, once they are too many. */
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

  /** Whether a report of a key is of a write of our own. */
  isEcho(key: Key): boolean {
    const written = this.#written.get(key.toString())
    if (written === undefined || performance.now() - written > ECHO) return false
    if (this.#branch !== undefined) this.#branch = commonAncestor(this.#branch, key)
    else this.#reported.set(key.toString(), key)
    if (this.#reported.size > MOST_KEYS) {
      this.#branch = [...this.#reported.values()].reduce(commonAncestor, key)
      this.#reported.clear()
    }
    this.#timer ??= this.#lookLater()
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

  #lookLater(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#forgetOld()
      if (this.#branch !== undefined && this.#written.size > MOST_KEYS) {
        // A job is still writing.
        this.#timer = this.#lookLater()
        return
      }
      this.#timer = undefined
      const branch = this.#branch
      const keys = [...this.#reported.values()]
      this.#branch = undefined
      this.#reported.clear()
      if (branch !== undefined) this.#options.lookAgainBelow(branch)
      for (const key of keys) this.#options.lookAgain(key)
    }, ECHO).unref()
  }
}
