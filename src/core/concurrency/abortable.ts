import { AbortError, throwIfAborted } from '../errors.ts'
import type { Key } from '../key.ts'
import { onAbort } from './on-abort.ts'

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
