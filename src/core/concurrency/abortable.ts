import { AbortError, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'

/** The result of `work`, or `AbortError` as soon as the signal fires; a later result of `work` is then ignored. */
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

/** The items of `source`. Ends with `AbortError` when the signal fires, even while the source is silent. */
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
    // A hanging source may never close, so it is not awaited.
    if (next?.done !== true) void closeIterator(iterator).catch(() => undefined)
  }
}

async function closeIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
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
 * Calls `abort` once when the signal fires. The signal must not have fired yet. All calls with the same signal share
 * one listener, because platforms warn of a leak if a signal has more than a few.
 * @returns A function that ends it. If it is not called, a signal that depends on another lives as long as that one.
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
