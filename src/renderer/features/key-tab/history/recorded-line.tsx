import { useEffect, useState } from 'react'
import type { HistoryState, KeyVersion } from '../../../../shared/procedures/history.ts'
import type { Client } from '../../../api/client.ts'
import { formatBytes } from '../../../ui/text/format.ts'
import styles from './history-panel.module.css'

/** How much the history of the stack takes, and what it takes at most. */
export function RecordedLine({
  client,
  session,
  versions,
}: {
  readonly client: Client
  readonly session: string
  /** Increments to read the history again. */
  readonly versions: readonly KeyVersion[] | undefined
}) {
  const [state, setState] = useState<HistoryState>()
  useEffect(() => {
    const aborter = new AbortController()
    const { signal } = aborter
    client.call('history.state', { session }, { signal }).then(setState, (error: unknown) => {
      // The list of versions says what is wrong.
      if (!signal.aborted) console.debug(error)
    })
    return () => aborter.abort()
  }, [client, session, versions])
  if (state?.isOn !== true) return null
  const { bytes, maxBytes, isLasting } = state
  return (
    <p className={styles['recorded']}>
      All changes of this stack: {formatBytes(bytes)} of at most {formatBytes(maxBytes)}
      {isLasting ? ', oldest go first' : ', until the stack is closed'}
    </p>
  )
}
