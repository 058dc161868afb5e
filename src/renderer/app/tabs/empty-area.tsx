import { Welcome } from '../../features/stacks/welcome.tsx'
import { attempt } from '../actions/failures.ts'
import { newStack, openFolder, openSource, openStackFile } from '../actions/session-actions.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { useCurrentSession, useServices, useWorkspace } from '../services.ts'
import { StackHome } from './stack-home.tsx'

/** Shown while no tab is open: the first page of the stack, or the ways to open one. */
export function EmptyArea() {
  const services = useServices()
  const session = useCurrentSession()
  const { recents } = useWorkspace()
  if (session !== undefined) return <StackHome session={session} />
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
