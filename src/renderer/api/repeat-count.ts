import type { Client } from './client.ts'

/** Shortest pause between the end of a count and the next one, in milliseconds. */
const PAUSE_MS = 1000

/** While changes keep coming, a pause is this many times as long as the count before it, which may walk the whole store. */
const PAUSE_FACTOR = 5

/**
 * Counts immediately, and again on request, with pauses between. The first pause is short, so that a single change shows
 * soon, even if the count before it was slow because the window was opening. A count is never cancelled for a newer one;
 * otherwise a store under constant change would never be counted.
 */
export function repeatCount<Result>(
  count: (signal: AbortSignal) => Promise<Result>,
  onCounted: (result: Result | 'failed') => void,
): { readonly again: () => void; readonly end: () => void } {
  const aborter = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let isCounting = false
  let isWanted = false
  let pauseEnd = 0
  /** The running or next count was requested before the pause after the count before it was over. */
  let isFollowing = false

  const again = (): void => {
    isWanted = true
    if (isCounting || aborter.signal.aborted) return
    if (timer !== undefined) return
    const wait = pauseEnd - performance.now()
    isFollowing = wait > 0
    timer = setTimeout(start, Math.max(0, wait))
  }
  const start = (): void => {
    timer = undefined
    isWanted = false
    isCounting = true
    const startedAt = performance.now()
    const settle = (result: Result | 'failed'): void => {
      isCounting = false
      const now = performance.now()
      pauseEnd = now + Math.max(PAUSE_MS, isFollowing ? PAUSE_FACTOR * (now - startedAt) : 0)
      if (aborter.signal.aborted) return
      onCounted(result)
      if (isWanted) again()
    }
    count(aborter.signal).then(settle, () => settle('failed'))
  }
  start()
  return {
    again,
    end() {
      clearTimeout(timer)
      aborter.abort()
    },
  }
}

/**
 * Calls `again` whenever the number of keys of a session may have changed. All parts of the window that show the number
 * use it, so that they ask the host at the same events.
 * @returns A function that ends it.
 */
export function onCountsChanged(client: Client, session: string, again: () => void): () => void {
  const ends = [
    client.on('valueChanged', change => {
      if (change.session === session) again()
    }),
    client.on('jobChanged', job => {
      if (job.session === session && job.state !== 'running') again()
    }),
    client.on('sessionsChanged', again),
    client.on('sessionStatusChanged', ({ session: id, status }) => {
      if (id === session && status.indexing === undefined) again()
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}
