import { orAbort } from '../concurrency/abortable.ts'
import type { Change } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'

/** The maximum number of queued keys. With more, the consumer gets `resync` instead. */
const MAX_WAITING = 10_000

/**
 * The changes that one watcher has not received yet. A consumer that is slower than the changes gets only the last
 * state of each key; one that is very far behind gets `resync` instead.
 */
export class ChangeQueue {
  readonly #prefix: Key
  readonly #waiting = new Map<string, Change>()
  #outcome: { readonly error?: unknown } | undefined
  #wake: (() => void) | undefined

  /** @param prefix Changes at and below it are queued. */
  constructor(prefix: Key) {
    this.#prefix = prefix
  }

  push(change: Change): void {
    const { type, key } = change
    const isBelow = this.#prefix.isAncestorOf(key)
    if (type === 'resync' && !isBelow) {
      this.#resync()
    } else if (isBelow || key.equals(this.#prefix)) {
      // A queued `resync` of the prefix covers every key, including its own.
      if (this.#isResync(this.#prefix)) return
      const text = key.toString()
      const isAll = this.#isResync(key)
      // Keys are ordered by their last change.
      this.#waiting.delete(text)
      if (this.#waiting.size >= MAX_WAITING) this.#resync()
      else this.#waiting.set(text, isAll ? { type: 'resync', key } : change)
    } else {
      return
    }
    this.#wake?.()
  }

  /** Ends the stream after the queued changes; with a failure, if there is one. */
  end(failure?: { readonly error: unknown }): void {
    this.#outcome ??= failure ?? {}
    this.#wake?.()
  }

  async *read(signal: AbortSignal): AsyncIterable<Change> {
    for (;;) {
      throwIfAborted(signal, 'watch', this.#prefix)
      const [next] = this.#waiting
      if (next !== undefined) {
        const [text, change] = next
        this.#waiting.delete(text)
        yield change
      } else if (this.#outcome !== undefined) {
        if ('error' in this.#outcome) throw this.#outcome.error
        return
      } else {
        const woken = new Promise<void>(resolve => {
          this.#wake = resolve
        })
        await orAbort(woken, signal, 'watch', this.#prefix)
      }
    }
  }

  /** Whether anything at and below `key` must be read again. */
  #isResync(key: Key): boolean {
    return this.#waiting.get(key.toString())?.type === 'resync'
  }

  #resync(): void {
    this.#waiting.clear()
    this.#waiting.set(this.#prefix.toString(), { type: 'resync', key: this.#prefix })
  }
}

/** Forwards every change of a stream, and its failure. Resolves once the stream has ended. */
export async function follow(changes: AsyncIterable<Change>, queue: ChangeQueue): Promise<void> {
  try {
    for await (const change of changes) queue.push(change)
  } catch (error) {
    queue.end({ error })
  }
}
