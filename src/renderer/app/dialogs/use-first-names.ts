import { useEffect, useState } from 'react'
import type { Client } from '../../api/client.ts'

interface FirstNames {
  readonly names: readonly string[]
  /** Children that are not among them; `undefined` while nobody knows. */
  readonly others: number | undefined
}

/** The first children of a branch, for a question about it. */
export function useFirstNames(
  client: Client,
  session: string,
  prefix: string | undefined,
  limit: number,
): FirstNames {
  const [known, setKnown] = useState<FirstNames>({ names: [], others: undefined })
  useEffect(() => {
    if (prefix === undefined) return undefined
    const aborter = new AbortController()
    client.call('levels.rows', { session, prefix, offset: 0, limit }, { signal: aborter.signal }).then(
      ({ rows, count, accuracy }) =>
        setKnown({
          names: rows.map(row => (row.isBranch ? `${row.name}/` : row.name)),
          others: accuracy === 'exact' ? count - rows.length : undefined,
        }),
      // The count of the branch says what fails.
      () => undefined,
    )
    return () => aborter.abort()
  }, [client, session, prefix, limit])
  return known
}
