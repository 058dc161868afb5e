import { useEffect, useState } from 'react'
import type { NodeCount } from '../../../shared/procedures/residency.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { onCountsChanged, repeatCount } from '../../api/repeat-count.ts'

type Counts = ReadonlyMap<string, NodeCount>

const NONE: Counts = new Map()

/** How much each node without children holds, by its id; again after changes and reads. */
export function useNodeCounts(client: Client, { id, nodes, document }: SessionInfo): Counts {
  const [known, setKnown] = useState<{ readonly of: unknown; readonly counts: Counts }>()
  const isOne = nodes.length === 1
  useEffect(() => {
    // For a single node, the count is shown below the drawing.
    if (isOne) return undefined
    const counting = repeatCount(
      signal => client.call('residency.counts', { session: id }, { signal }),
      result => {
        if (result !== 'failed')
          setKnown({ of: document, counts: new Map(result.counts.map(count => [count.node, count])) })
      },
    )
    const ends = [
      onCountsChanged(client, id, counting.again),
      // A read may fill a cache.
      client.on('readTraced', ({ session }) => {
        if (session === id) counting.again()
      }),
    ]
    return () => {
      for (const end of ends) end()
      counting.end()
    }
  }, [client, id, document, isOne])
  return known?.of === document ? known.counts : NONE
}
