import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { type Services, useCurrentSession, useServices, useSessions, useWorkspace } from '../services.ts'
import { type Subject, useAppStore } from '../state/app-store.ts'
import type { Tab } from '../tabs/tab.ts'
import { activeTab, type TabsState, visibleTabs } from '../tabs/tabs-model.ts'

/** What commands look at to know whether they can run, and what they run on. */
export interface CommandContext {
  readonly services: Services
  readonly sessions: readonly SessionInfo[]
  /** The session that is shown. */
  readonly session: SessionInfo | undefined
  readonly tabs: readonly Tab[]
  readonly tab: Tab | undefined
  readonly canReopen: boolean
  /** The key that was chosen last, in the tree or by its tab. */
  readonly subject: Subject | undefined
  readonly theme: 'system' | 'light' | 'dark'
}

export function useCommandContext(): CommandContext {
  const services = useServices()
  const sessions = useSessions()
  const session = useCurrentSession()
  const tabs = useAppStore(state => state.tabs)
  const subject = useAppStore(state => state.subject)
  const { theme } = useWorkspace().settings
  return {
    services,
    sessions,
    session,
    tabs: visibleTabs(tabs, session?.id),
    tab: activeTab(tabs, session?.id),
    canReopen: canReopen(tabs, session?.id),
    subject: subject?.session === session?.id ? subject : undefined,
    theme,
  }
}

function canReopen({ closed }: TabsState, session: string | undefined): boolean {
  return closed.some(tab => tab.session === session || tab.session === undefined)
}
