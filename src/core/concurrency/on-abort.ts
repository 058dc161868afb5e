const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `abort` once when the signal fires, which it has not yet. However many calls one signal is given to, they listen
 * to it together: platforms warn of a leak where a signal has more than a few listeners.
 * @returns Ends it.
 */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const callbacks = waiting.get(signal) ?? listenTo(signal)
  callbacks.add(abort)
  return () => callbacks.delete(abort)
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  waiting.set(signal, callbacks)
  signal.addEventListener(
    'abort',
    () => {
      for (const abort of callbacks) abort()
    },
    { once: true },
  )
  return callbacks
}
