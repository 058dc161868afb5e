import { useCallback, useEffect, useState } from 'react'
import type { QueryCost, QueryProblem } from '../../../shared/procedures/query.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'
import { formatCountOf } from '../../ui/text/format.ts'

/** Milliseconds after the last letter until a query is checked. */
const PAUSE = 150

interface Checked {
  readonly text: string | undefined
  readonly cost: QueryCost | undefined
  readonly problem: QueryProblem | undefined
}

/** What the host says about the query that is written. */
export function useCheck(client: Client, session: SessionInfo, text: string): Checked {
  const [checked, setChecked] = useState<Checked>({ text: undefined, cost: undefined, problem: undefined })
  const check = useCallback(
    async (signal: AbortSignal) => {
      try {
        const { cost, problem } = await client.call(
          'query.describe',
          { session: session.id, text },
          { signal },
        )
        if (!signal.aborted) setChecked({ text, cost, problem })
      } catch (error) {
        if (signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setChecked({ text, cost: undefined, problem: { message } })
      }
    },
    [client, session.id, text],
  )
  useEffect(() => {
    const aborter = new AbortController()
    const timer = setTimeout(() => void check(aborter.signal), PAUSE)
    return () => {
      clearTimeout(timer)
      aborter.abort()
    }
  }, [check])
  return checked
}

/** What a query would read, before it is run. */
export function costText({ reads, keys }: QueryCost, prefix: string | undefined): string {
  const where = prefix === undefined || prefix === '/' ? '' : ` below ${prefix}`
  const count = keys === undefined ? '' : `: ${formatCountOf(keys, 'exact', 'key', 'keys')}`
  if (reads === 'values') return `This reads every value${where}${count}.`
  if (reads === 'stats') return `This looks up size and time of every key${where}${count}.`
  return `This looks at the names of the keys${where} alone${count}.`
}
