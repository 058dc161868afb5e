import { useEffect, useState } from 'react'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Client } from '../../api/client.ts'

const NONE: ReadonlyMap<string, KindInfo> = new Map()

/** What kinds of nodes there are, by kind; empty until the host has said so. */
export function useKinds(client: Client): ReadonlyMap<string, KindInfo> {
  const [kinds, setKinds] = useState(NONE)
  useEffect(() => {
    const aborter = new AbortController()
    client.call('stacks.kinds', {}, { signal: aborter.signal }).then(
      answer => setKinds(new Map(answer.kinds.map(info => [info.kind, info]))),
      // The overview says less without the help texts; what failed shows wherever it matters.
      () => undefined,
    )
    return () => aborter.abort()
  }, [client])
  return kinds
}
