import { useCallback, useEffect, useState } from 'react'
import type { Overview } from '../../../shared/procedures/overview.ts'
import { CallError, type Client } from '../../api/client.ts'

interface FollowedOverview {
  /** The last report; it stays while the store fails. */
  readonly overview: Overview | undefined
  /** Why there is no newer report. */
  readonly failure: string | undefined
  /** Asks again after a failure. */
  readonly again: () => void
}

interface Known {
  readonly session: string
  readonly overview?: Overview | undefined
  readonly failure?: string | undefined
}

/**
 * What the store of a session holds, as it is found out.
 * @param revision Asks again when it is another one, because an earlier failure may no longer apply.
 */
export function useOverview(client: Client, session: string, revision: unknown): FollowedOverview {
  const [known, setKnown] = useState<Known>({ session })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const aborter = new AbortController()
    void follow(client, session, aborter.signal, change =>
      setKnown(before => ({ ...(before.session === session ? before : { session }), ...change })),
    )
    return () => aborter.abort()
    // `attempt` and `revision` only ask again.
  }, [client, session, attempt, revision])
  const again = useCallback(() => setAttempt(count => count + 1), [])
  const { overview, failure } =
    known.session === session ? known : { overview: undefined, failure: undefined }
  return { overview, failure, again }
}

async function follow(
  client: Client,
  session: string,
  signal: AbortSignal,
  onChange: (change: Omit<Known, 'session'>) => void,
): Promise<void> {
  const isOver = (): boolean => signal.aborted
  let version: number | undefined
  while (!isOver()) {
    try {
      const overview = await client.call('overview.next', { session, version }, { signal })
      ;({ version } = overview)
      if (!isOver()) onChange({ overview, failure: undefined })
    } catch (error) {
      if (!isOver()) onChange({ failure: error instanceof CallError ? error.message : String(error) })
      return
    }
  }
}
