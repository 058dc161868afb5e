import { memo, useCallback, useState } from 'react'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { KeyTree, type KeyTreeProps } from '../features/tree/key-tree.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { handleKeyRequest } from './actions/requests.ts'
import { openKey } from './actions/tab-commands.ts'
import { useServices } from './services.ts'
import { useAppStore } from './state/app-store.ts'
import styles from './window.module.css'

interface TreesProps {
  readonly sessions: readonly SessionInfo[]
  readonly current: SessionInfo | undefined
}

/** A tree for each session that was shown, so that going back finds it as it was left. */
export function Trees({ sessions, current }: TreesProps) {
  const [seen, setSeen] = useState<readonly string[]>([])
  if (current !== undefined && !seen.includes(current.id)) setSeen([...seen, current.id])
  return sessions
    .filter(session => seen.includes(session.id))
    .map(session => (
      <div key={session.id} hidden={session.id !== current?.id} className={styles['tree']}>
        <ErrorBoundary panel="The tree of keys">
          <SessionTree session={session} />
        </ErrorBoundary>
      </div>
    ))
}

const SessionTree = memo(function SessionTree({ session }: { readonly session: SessionInfo }) {
  const services = useServices()
  const { id } = session
  const reveal = useAppStore(state => (state.reveal?.session === id ? state.reveal : undefined))
  const open = useCallback<KeyTreeProps['onOpen']>(
    (key, options) => openKey(services, id, key, options),
    [services, id],
  )
  const request = useCallback<KeyTreeProps['onRequest']>(
    wanted => handleKeyRequest(services, id, wanted),
    [services, id],
  )
  const select = useCallback<KeyTreeProps['onSelect']>(
    (key, row) =>
      useAppStore.setState({ subject: key === undefined ? undefined : { session: id, key, row } }),
    [id],
  )
  return (
    <KeyTree
      client={services.client}
      session={session}
      {...(reveal !== undefined && { reveal })}
      onOpen={open}
      onRequest={request}
      onSelect={select}
    />
  )
})
