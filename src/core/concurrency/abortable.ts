import { AbortError, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'

/** What `work` comes to, or `AbortError` as soon as the signal fires; what `work` does then goes unheard. */
export function orAbort<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  action: string,
  key?: Key,
): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AbortError(action, { key, cause: signal.reason }))
    if (signal.aborted) abort()
    const settled = signal.aborted ? undefined : onAbort(signal, abort)
    void work.then(resolve, reject).then(settled)
  })
}

/** The items of `source`, ending with `AbortError` when the signal fires, even while the source says nothing. */
export async function* untilAborted<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
  action: string,
  key?: Key,
): AsyncIterable<T> {
  if (signal === undefined) {
    yield* source
    return
  }
  throwIfAborted(signal, action, key)
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let next: IteratorResult<T> | undefined
  try {
    for (;;) {
      next = await orAbort(nextOf(iterator), signal, action, key)
      if (next.done === true) return
      yield next.value
      throwIfAborted(signal, action, key)
    }
  } finally {
    // A source that hangs may never let go, so nobody waits for it.
    if (next?.done !== true) void letGo(iterator).catch(() => undefined)
  }
}

async function letGo(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  await iterator.return?.()
}

async function nextOf<T>(iterator: Iterator<T> | AsyncIterator<T>): Promise<IteratorResult<T>> {
  return iterator.next()
}

/** The callbacks of one signal, and the single listener that calls them. */
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
