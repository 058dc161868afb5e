import { useCallback, useEffect, useRef, useState } from 'react'
import type { SearchReport } from '../../../shared/procedures/search.ts'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'

/** Hits that are asked for. */
const LIMIT = 50

export interface KeySearchState {
  /** The best keys so far; those of the text before until the host has answered. */
  readonly keys: readonly string[]
  readonly report: SearchReport | undefined
  readonly isRunning: boolean
  readonly error: string | undefined
  readonly stop: () => void
}

/** What is known of the search for `text`, and until its first report the keys of the one before. */
interface Known {
  readonly text: string | undefined
  readonly keys: readonly string[]
  readonly report: SearchReport | undefined
  readonly isOver: boolean
  readonly error: string | undefined
}

const NOTHING: Known = { text: undefined, keys: [], report: undefined, isOver: true, error: undefined }

/** Searches all keys of a session for what is typed. Another text ends the search for the one before. */
export function useKeySearch(client: Client, session: string, text: string | undefined): KeySearchState {
  const [known, setKnown] = useState(NOTHING)
  const running = useRef<AbortController>(undefined)

  useEffect(() => {
    if (text === undefined) return
    const aborter = new AbortController()
    running.current = aborter
    const tell = (report: SearchReport) =>
      setKnown(({ keys }) => ({
        text,
        keys: report.keys ?? keys,
        report,
        isOver: report.isLast,
        error: undefined,
      }))
    follow(client, session, text, aborter.signal, tell).catch((failure: unknown) => {
      if (aborter.signal.aborted || isAbortedCall(failure)) return
      const error = failure instanceof CallError ? failure.message : String(failure)
      setKnown({ ...NOTHING, text, error })
    })
    return () => aborter.abort()
  }, [client, session, text])

  const stop = useCallback(() => {
    running.current?.abort()
    setKnown(before => ({ ...before, isOver: true }))
  }, [])
  const isRunning = text !== undefined && !(known.text === text && known.isOver)
  return { ...known, isRunning, stop }
}

/** Tells each report of one search, until it is over or the signal fires. */
async function follow(
  client: Client,
  session: string,
  text: string,
  signal: AbortSignal,
  tell: (report: SearchReport) => void,
): Promise<void> {
  const search = { kind: 'fuzzy', text, limit: LIMIT } as const
  const opened = await client.call('search.open', { session, search }, { signal })
  try {
    for (let isLast = false; !isLast; ) {
      const report = await client.call('search.next', opened, { signal })
      if (signal.aborted) return
      tell(report)
      ;({ isLast } = report)
    }
  } finally {
    // One that is over is accepted, and a host that is gone has closed it.
    void client.call('search.close', opened).catch(() => undefined)
  }
}
