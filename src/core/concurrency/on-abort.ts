/** What is to be called when a signal fires, and the one listener that does. */
interface Waiting {
  readonly callbacks: Set<() => void>
  readonly listener: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

/**
 * Calls `abort` once when the signal fires, which it has not yet. However many calls one signal is given to, they listen
 * to it together: platforms warn of a leak where a signal has more than a few listeners.
 * @returns Ends it. Without that a signal that depends on another is kept for as long as that one.
 */
export function onAbort(signal: AbortSignal, abort: () => void): () => void {
  const { callbacks, listener } = waiting.get(signal) ?? listenTo(signal)
  callbacks.add(abort)
  return () => {
    if (!callbacks.delete(abort) || callbacks.size > 0) return
    signal.removeEventListener('abort', listener)
    waiting.delete(signal)
  }
}

function listenTo(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>()
  const listener = () => {
    for (const abort of callbacks) abort()
  }
  const own = { callbacks, listener }
  waiting.set(signal, own)
  signal.addEventListener('abort', listener, { once: true })
  return own
}
