import {
  Database,
  FilePlus,
  Layers,
  ListTree,
  type LucideIcon,
  Search,
  SearchCode,
  SquareChevronRight,
} from 'lucide-react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { type NextStep, Overview } from '../../features/overview/overview.tsx'
import { StackDrawing } from '../../features/stack-drawing/stack-drawing.tsx'
import { nodeDetail, StackOverview } from '../../features/stacks/stack-overview.tsx'
import { shortcutText } from '../../ui/shortcut.tsx'
import { goToKey } from '../actions/tab-commands.ts'
import { shownShortcut } from '../commands/command.ts'
import { useCommands } from '../commands/use-commands.ts'
import { EnvironmentMenu } from '../environment-menu.tsx'
import { useServices } from '../services.ts'
import { useAppStore } from '../state/app-store.ts'
import { useWindowWidth } from '../window-width.ts'

/** The first page of a stack: its drawing, what it holds, and what to do next. */
export function StackHome({ session }: { readonly session: SessionInfo }) {
  const services = useServices()
  const isConnected = useAppStore(state => state.isConnected)
  const stepsOf = useNextSteps()
  const { id, document, status, environment } = session
  const width = useWindowWidth()
  // The toolbar says it where there is room, which is enough for a stack that nothing more is asked for.
  const isShown = environment !== 'development' || width === 'drawer'
  return (
    <StackOverview
      client={services.client}
      session={session}
      tools={isShown && <EnvironmentMenu services={services} session={session} />}
      drawing={kinds => (
        <StackDrawing
          key={`drawing of ${id}`}
          client={services.client}
          reads={services.reads}
          session={session}
          kinds={kinds}
          detailOf={path => nodeDetail(document, path)}
        />
      )}
    >
      <Overview
        key={`overview of ${id}`}
        client={services.client}
        session={id}
        revision={`${isConnected} ${status.lost === undefined} ${JSON.stringify(document)}`}
        onOpen={(key, as) => goToKey(services, id, key, { as })}
        steps={stepsOf(STEPS)}
        stepsWhenEmpty={stepsOf(FIRST_STEPS)}
      />
    </StackOverview>
  )
}

type Step = readonly [command: string, title: string, icon: LucideIcon]

const STEPS: readonly Step[] = [
  ['focusKeys', 'Walk through the keys', ListTree],
  ['goToKey', 'Find a key by some of its letters', Search],
  ['newQuery', 'Search inside values', SearchCode],
  ['newKey', 'Put a new key', FilePlus],
  ['open', 'Open a folder, database or address…', Database],
  ['editStack', 'Change the stack itself', Layers],
  ['palette', 'Find any command', SquareChevronRight],
]

const FIRST_STEPS: readonly Step[] = [
  ['newKey', 'Put a first key', FilePlus],
  ['open', 'Open another store…', Database],
  ['editStack', 'Change the stack itself', Layers],
]

/** Commands as steps, with their shortcuts. */
function useNextSteps(): (steps: readonly Step[]) => readonly NextStep[] {
  const { hello } = useServices()
  const commands = useCommands()
  return steps =>
    steps.flatMap(([id, title, Icon]) => {
      const command = commands.find(other => other.id === id)
      if (command === undefined) return []
      const shortcut = shortcutText(shownShortcut(command, hello.shell))
      const { isEnabled, run } = command
      return [{ id, title, icon: <Icon size={14} aria-hidden />, shortcut, isDisabled: !isEnabled, run }]
    })
}
