import { Violation } from './violation.ts'

/** Milliseconds after which a call counts as hanging. */
const PATIENCE = 20_000

/** The outcome of a call; a violation if it hangs. */
export async function soon<T>(work: Promise<T>, what: string, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Violation('every call ends', `${what} did not within ${patience} ms`)),
      patience,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Aborts after this many turns of the event loop and of the microtask queue. */
export async function abortAfter(abort: AbortController, turns: number): Promise<void> {
  for (let turn = 1; turn < turns; turn++) {
    if (turn % 2 === 0) await new Promise(resolve => setImmediate(resolve))
    else await Promise.resolve()
  }
  abort.abort()
}
