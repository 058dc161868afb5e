/**
 * The listeners of one kind of event. `subscribe` may be passed on without its object, as React's
 * `useSyncExternalStore` requires.
 */
export class Emitter<T = void> {
  readonly #listeners = new Set<(event: T) => void>()

  /** Calls `listener` for every event until the returned function is called. A listener is registered once. */
  readonly subscribe = (listener: (event: T) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Calls the listeners in the order in which they subscribed. */
  emit(event: T): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear()
  }
}

/**
 * Calls a listener. An error that the listener throws does not fail the current call: it is rethrown separately, as an
 * uncaught error.
 */
export function callListener<Args extends readonly unknown[]>(
  listener: ((...args: Args) => void) | undefined,
  ...args: Args
): void {
  try {
    listener?.(...args)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
