import { useEffect, useState } from 'react'
import type { Output } from '../../../shared/contract.ts'
import type { Client } from '../../api/client.ts'
import { onCountsChanged, repeatCount } from '../../api/repeat-count.ts'

export type Stats = Output<'store.stats'>

/** The size of a session's store; `undefined` while it is counted, `failed` if it cannot be. */
export function useStats(client: Client, session: string): Stats | 'failed' | undefined {
  const [known, setKnown] = useState<{ readonly session: string; readonly stats: Stats | 'failed' }>()
  useEffect(() => {
    const counting = repeatCount(
      signal => client.call('store.stats', { session }, { signal }),
      stats => setKnown({ session, stats }),
    )
    const end = onCountsChanged(client, session, counting.again)
    return () => {
      end()
      counting.end()
    }
  }, [client, session])
  return known?.session === session ? known.stats : undefined
}
