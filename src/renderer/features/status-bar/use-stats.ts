import { useEffect, useState } from 'react'
import type { Output } from '../../../shared/contract.ts'
import type { Client } from '../../api/client.ts'
import { repeatCount } from '../../api/repeat-count.ts'

export type Stats = Output<'store.stats'>

/** The size of a session's store; `undefined` while it is counted, `failed` if it cannot be. */
export function useStats(client: Client, session: string): Stats | 'failed' | undefined {
  const [known, setKnown] = useState<{ readonly session: string; readonly stats: Stats | 'failed' }>()
  useEffect(() => {
    const counting = repeatCount(
      signal => client.call('store.stats', { session }, { signal }),
      stats => setKnown({ session, stats }),
    )
    const ends = [
      client.on('valueChanged', change => {
        if (change.session === session) counting.again()
      }),
      client.on('jobChanged', job => {
        if (job.session === session && job.state !== 'running') counting.again()
      }),
      client.on('sessionsChanged', counting.again),
      client.on('sessionStatusChanged', ({ status }) => {
        if (status.indexing === undefined) counting.again()
      }),
    ]
    return () => {
      for (const end of ends) end()
      counting.end()
    }
  }, [client, session])
  return known?.session === session ? known.stats : undefined
}
