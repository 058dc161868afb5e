import { orAbort } from '../concurrency/abortable.ts'
import type { Change } from '../datastore.ts'
import { throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'

/** Keys that may wait to be told. With more, the consumer is told to look at everything again. */
const MOST_WAITING = 10_000

/**
 * What one watcher has yet to be told. A consumer that is slower than the changes hears of each key once, as it was left
 * last; one that is very far behind gets `resync` instead.
 */
export class ChangeQueue {
  readonly #prefix: Key
  readonly #waiting = new Map<string, Change>()
  #outcome: { readonly error?: unknown } | undefined
  #wake: (() => void) | undefined

  /** @param prefix What is watched: changes at it and below it. */
  constructor(prefix: Key) {
    this.#prefix = prefix
  }

  push(change: Change): void {
    const { type, key } = change
    if (type === 'resync') {
      this.#resync()
    } else if (key.equals(this.#prefix) || this.#prefix.isAncestorOf(key)) {
      // Whoever is to look at everything need not be told of one key, that of `resync` itself included.
      if (this.#isResync()) return
      const text = key.toString()
      // The order is that of the last changes.
      this.#waiting.delete(text)
      if (this.#waiting.size >= MOST_WAITING) this.#resync()
      else this.#waiting.set(text, change)
    } else {
      return
    }
    this.#wake?.()
  }

  /** Ends the stream once what waits is told: with a failure, if there is one. */
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

  #isResync(): boolean {
    return this.#waiting.get(this.#prefix.toString())?.type === 'resync'
  }

  #resync(): void {
    this.#waiting.clear()
    this.#waiting.set(this.#prefix.toString(), { type: 'resync', key: this.#prefix })
  }
}

/** Hands on every change of a stream, and its failure; resolves once it has ended. */
export async function follow(changes: AsyncIterable<Change>, queue: ChangeQueue): Promise<void> {
  try {
    for await (const change of changes) queue.push(change)
  } catch (error) {
    queue.end({ error })
  }
}
