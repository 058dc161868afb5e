import { FolderOpen, Plus, RefreshCw } from 'lucide-react'
import { memo, useCallback, useState } from 'react'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { stackLines } from '../features/stacks/stack-line.tsx'
import { StackList } from '../features/stacks/stack-list.tsx'
import { FilteredTree } from '../features/tree/filter/filtered-tree.tsx'
import type { KeyTreeProps } from '../features/tree/key-tree.tsx'
import { IconButton } from '../ui/button.tsx'
import { EmptyState, ErrorBoundary, PanelHeader } from '../ui/panels.tsx'
import { attempt } from './actions/failures.ts'
import { handleKeyRequest } from './actions/key-actions.ts'
import { chooseStack, removeStack } from './actions/session-actions.ts'
import { openKey } from './actions/tab-commands.ts'
import type { Command } from './commands/command.ts'
import { useCurrentSession, useServices, useSessions, useWorkspace } from './services.ts'
import { useAppStore } from './state/app-store.ts'
import styles from './window.module.css'
import { leaveDrawer } from './window-width.ts'

/** The stacks, and the keys of the current one. */
export function Navigation({ commands }: { readonly commands: readonly Command[] }) {
  const services = useServices()
  const sessions = useSessions()
  const session = useCurrentSession()
  const { recents } = useWorkspace()
  const run = (id: string): void => commands.find(command => command.id === id)?.run()
  return (
    <nav aria-label="Stacks" className={styles['column']}>
      <div data-region="stacks" className={styles['stacks']}>
        <PanelHeader title="Stacks">
          <IconButton label="Open…" icon={Plus} onPress={() => run('open')} />
          <IconButton label="Open folder…" icon={FolderOpen} onPress={() => run('openFolder')} />
        </PanelHeader>
        <StackList
          lines={stackLines(sessions, recents)}
          current={session?.id}
          onChoose={line => attempt(() => chooseStack(services, line))}
          onRemove={line => attempt(() => removeStack(services, line))}
        />
      </div>
      <div data-region="keys" className={styles['keys']}>
        <PanelHeader title="Keys">
          <IconButton
            label="Refresh the keys"
            icon={RefreshCw}
            isDisabled={session === undefined}
            onPress={() => run('refreshKeys')}
          />
        </PanelHeader>
        {session === undefined && <EmptyState title="No stack is open" detail="Its keys will show here." />}
        <Trees sessions={sessions} current={session} />
      </div>
    </nav>
  )
}

interface TreesProps {
  readonly sessions: readonly SessionInfo[]
  readonly current: SessionInfo | undefined
}

/** A tree for each session that was shown, so that it keeps its state. */
function Trees({ sessions, current }: TreesProps) {
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
    (key, options) => {
      openKey(services, id, key, options)
      leaveDrawer()
    },
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
  const choose = useCallback<NonNullable<KeyTreeProps['onChoose']>>(
    selection => useAppStore.setState({ chosen: selection.isEmpty ? undefined : { session: id, selection } }),
    [id],
  )
  return (
    <FilteredTree
      client={services.client}
      storage={services.storage}
      session={session}
      {...(reveal !== undefined && { reveal })}
      onOpen={open}
      onRequest={request}
      onSelect={select}
      onChoose={choose}
    />
  )
})
