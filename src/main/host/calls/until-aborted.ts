import { AbortError } from '../../../core/errors.ts'

/**
 * The outcome of `work`, or `AbortError` as soon as the signal fires, even when the store below takes no notice.
 * Only for reads: of a write one wants to know how it ended.
 */
export async function untilAborted<T>(signal: AbortSignal, action: string, work: Promise<T>): Promise<T> {
  if (signal.aborted) {
    work.catch(ignore)
    throw new AbortError(action, { cause: signal.reason })
  }
  let end: () => void = ignore
  const aborted = new Promise<never>((_resolve, reject) => {
    end = () => reject(new AbortError(action, { cause: signal.reason }))
    signal.addEventListener('abort', end, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function ignore(): void {
  // The caller was told that the call was aborted; how it ended below concerns nobody any more.
}
