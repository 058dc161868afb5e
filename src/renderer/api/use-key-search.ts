import { useCallback, useEffect, useRef, useState } from 'react'
import type { KeySearch, SearchReport } from '../../shared/procedures/search.ts'
import { CallError, type Client, isAbortedCall } from './client.ts'

export interface KeySearchState {
  /** The keys so far. Until the host has answered, those of the search before. */
  readonly keys: readonly string[]
  readonly report: SearchReport | undefined
  readonly isRunning: boolean
  /** Whether the keys are those of the search before. */
  readonly isOld: boolean
  readonly error: string | undefined
  readonly stop: () => void
}

/** The state of a search. Until its first report it has the keys of the one before. */
interface Known {
  readonly search: KeySearch | undefined
  readonly keys: readonly string[]
  readonly report: SearchReport | undefined
  readonly isOver: boolean
  readonly error: string | undefined
}

const NOTHING: Known = { search: undefined, keys: [], report: undefined, isOver: true, error: undefined }

/**
 * Searches the keys of a session.
 * @param search The same object continues a search; another one starts a new search. `undefined` for none.
 */
export function useKeySearch(client: Client, session: string, search: KeySearch | undefined): KeySearchState {
  const [known, setKnown] = useState(NOTHING)
  const running = useRef<AbortController>(undefined)

  useEffect(() => {
    if (search === undefined) return
    const aborter = new AbortController()
    running.current = aborter
    const onReport = (report: SearchReport) =>
      setKnown(({ keys }) => ({
        search,
        keys: report.keys ?? keys,
        report,
        isOver: report.isLast,
        error: undefined,
      }))
    follow(client, session, search, aborter.signal, onReport).catch((failure: unknown) => {
      if (aborter.signal.aborted || isAbortedCall(failure)) return
      const error = failure instanceof CallError ? failure.message : String(failure)
      setKnown({ ...NOTHING, search, error })
    })
    return () => aborter.abort()
  }, [client, session, search])

  const stop = useCallback(() => {
    running.current?.abort()
    setKnown(before => ({ ...before, isOver: true }))
  }, [])
  const isOld = known.search !== search
  const isRunning = search !== undefined && (isOld || !known.isOver)
  return { ...known, isRunning, isOld, stop }
}

/** Passes each report of one search on, until the search ends or the signal fires. */
async function follow(
  client: Client,
  session: string,
  search: KeySearch,
  signal: AbortSignal,
  onReport: (report: SearchReport) => void,
): Promise<void> {
  const opened = await client.call('search.open', { session, search }, { signal })
  try {
    for (let isLast = false; !isLast; ) {
      const report = await client.call('search.next', opened, { signal })
      if (signal.aborted) return
      onReport(report)
      ;({ isLast } = report)
    }
  } finally {
    // Closing an ended search is accepted. If the host is gone, it has closed the search.
    void client.call('search.close', opened).catch(() => undefined)
  }
}
