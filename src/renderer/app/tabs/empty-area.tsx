import { StackOverview } from '../../features/stacks/stack-overview.tsx'
import { Welcome } from '../../features/stacks/welcome.tsx'
import { formatShortcut, isMacPlatform } from '../../ui/shortcut.tsx'
import { attempt } from '../actions/failures.ts'
import { newStack, openFolder, openSource, openStackFile } from '../actions/session-actions.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { useCurrentSession, useServices, useWorkspace } from '../services.ts'

/** Shown while no tab is open. */
export function EmptyArea() {
  const services = useServices()
  const session = useCurrentSession()
  const { recents } = useWorkspace()
  if (session === undefined) {
    return (
      <Welcome
        recents={recents}
        onOpen={() => openDialog({ type: 'open' })}
        onOpenFolder={() => attempt(() => openFolder(services))}
        onOpenStackFile={() => attempt(() => openStackFile(services))}
        onNewStack={() => attempt(() => newStack(services))}
        onOpenSample={() => attempt(() => openSource(services, { type: 'sample' }))}
        onOpenRecent={recent => attempt(() => openSource(services, recent.source))}
      />
    )
  }
  return <StackOverview client={services.client} session={session} hints={HINTS} />
}

const HINTS = [
  { text: 'Choose a key in the tree to see its value', shortcut: undefined },
  { text: 'Find a key by some of its letters', shortcut: shown('CmdOrCtrl+P') },
  { text: 'Find any command', shortcut: shown('CmdOrCtrl+Shift+P') },
  { text: 'Change the stack itself', shortcut: shown('CmdOrCtrl+E') },
]

function shown(shortcut: string): string {
  return formatShortcut(shortcut, isMacPlatform())
}
