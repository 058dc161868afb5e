import { FolderOpen, RefreshCw } from 'lucide-react'
import { StackList } from '../features/stacks/stack-list.tsx'
import { stackLines } from '../features/stacks/stack-list-model.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { PanelHeader } from '../ui/panel-header.tsx'
import { attempt } from './actions/failures.ts'
import { chooseStack, removeStack } from './actions/session-actions.ts'
import type { Command } from './commands/command.ts'
import { useCurrentSession, useServices, useSessions, useWorkspace } from './services.ts'
import { Trees } from './trees.tsx'
import styles from './window.module.css'

/** The stacks, and the keys of the one that is shown. */
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
