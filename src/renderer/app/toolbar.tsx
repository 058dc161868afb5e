import {
  Lock,
  LockOpen,
  PanelLeft,
  PanelRight,
  Plus,
  Search,
  SearchCode,
  SquareChevronRight,
} from 'lucide-react'
import { StackSwitcher } from '../features/stacks/stack-switcher.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import type { MenuEntry } from '../ui/menu.tsx'
import { Kbd, shortcutText } from '../ui/shortcut.tsx'
import { attempt } from './actions/failures.ts'
import { chooseStack } from './actions/session-actions.ts'
import { type Command, shownShortcut } from './commands/command.ts'
import { EnvironmentMenu } from './environment-menu.tsx'
import { useCurrentSession, useServices, useSessions, useWorkspace } from './services.ts'
import styles from './toolbar.module.css'
import type { Width } from './window-width.ts'

/** Commands that the stack switcher offers below the stacks. */
const STACK_COMMANDS = [
  'open',
  'openFolder',
  'openStackFile',
  'openSample',
  'newStack',
  'editStack',
  'closeStack',
]

interface ToolbarProps {
  readonly commands: readonly Command[]
  readonly width: Width
}

export function Toolbar({ commands, width }: ToolbarProps) {
  const services = useServices()
  const sessions = useSessions()
  const session = useCurrentSession()
  const { recents } = useWorkspace()
  const byId = new Map(commands.map(command => [command.id, command]))
  const run = (id: string): void => byId.get(id)?.run()
  const shortcut = (id: string): string | undefined => {
    const command = byId.get(id)
    return command && shortcutText(shownShortcut(command, services.hello.shell))
  }
  const actions: readonly MenuEntry[] = STACK_COMMANDS.flatMap(id => {
    const command = byId.get(id)
    if (command === undefined) return []
    return [{ id, label: command.title, shortcut: shortcut(id), isDisabled: !command.isEnabled }]
  })
  const isLocked = session?.isReadOnly === true
  return (
    <header className={styles['toolbar']} data-region="toolbar">
      <h1 className="visually-hidden">Strata</h1>
      {width === 'drawer' && (
        <IconButton
          label="Stacks and keys"
          icon={PanelLeft}
          shortcut={shortcut('toggleNavigation')}
          onPress={() => run('toggleNavigation')}
        />
      )}
      <StackSwitcher
        sessions={sessions}
        recents={recents}
        current={session}
        actions={actions}
        onChoose={line => attempt(() => chooseStack(services, line))}
        onAction={run}
      />
      {session !== undefined && width !== 'drawer' && (
        <EnvironmentMenu services={services} session={session} />
      )}
      <IconButton
        label="New key"
        icon={Plus}
        shortcut={shortcut('newKey')}
        isDisabled={byId.get('newKey')?.isEnabled !== true}
        onPress={() => run('newKey')}
      />
      <span className={styles['space']} />
      <Button
        variant="quiet"
        aria-label="Go to key"
        isDisabled={session === undefined}
        onPress={() => run('goToKey')}
      >
        <Search size={14} aria-hidden />
        <span className={styles['goTo']}>Go to key</span>
        <Kbd>{shortcut('goToKey') ?? ''}</Kbd>
      </Button>
      <IconButton
        label="Query"
        icon={SearchCode}
        shortcut={shortcut('newQuery')}
        isDisabled={session === undefined}
        onPress={() => run('newQuery')}
      />
      <span className={styles['space']} />
      <IconButton
        label="Command palette"
        icon={SquareChevronRight}
        shortcut={shortcut('palette')}
        onPress={() => run('palette')}
      />
      <IconButton
        label="Read-only"
        icon={isLocked ? Lock : LockOpen}
        shortcut={shortcut('toggleReadOnly')}
        isPressed={isLocked}
        isDisabled={session === undefined}
        onPress={() => run('toggleReadOnly')}
      />
      {width !== 'wide' && (
        <IconButton
          label="Inspector"
          icon={PanelRight}
          shortcut={shortcut('toggleInspector')}
          onPress={() => run('toggleInspector')}
        />
      )}
    </header>
  )
}
