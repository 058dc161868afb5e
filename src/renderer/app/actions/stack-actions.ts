import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Services } from '../services.ts'
import { changeTabs, useAppStore } from '../state/app-store.ts'
import { changeTab, openTab, pinTab } from '../tabs/tabs-model.ts'
import { showSession } from './session-actions.ts'

/** Begins a stack from the first template; the editor offers the others. */
export async function newStack({ client }: Services): Promise<void> {
  const { templates } = await client.call('stacks.templates', {})
  const document = templates[0]?.document ?? {}
  changeTabs((tabs, current) =>
    openTab(
      tabs,
      { kind: 'stack', session: undefined, name: 'new', initial: { text: documentText(document) } },
      { isPreview: false, current },
    ),
  )
}

export function editStack(session: SessionInfo): void {
  const { source } = session
  const path = source.type === 'stackFile' || source.type === 'document' ? source.path : undefined
  const initial = { text: documentText(session.document), ...(path !== undefined && { path }) }
  changeTabs(tabs =>
    openTab(tabs, { kind: 'stack', session: session.id, name: session.name, initial }, { isPreview: false }),
  )
}

/** The tab of a stack that was applied belongs to the session it made, which is shown. */
export function stackApplied(tab: string, session: SessionInfo): void {
  useAppStore.setState(({ tabs }) => ({
    tabs: pinTab(
      changeTab(tabs, tab, other => ({
        ...other,
        session: session.id,
        ...(other.kind === 'stack' && { name: session.name }),
      })),
      tab,
    ),
  }))
  showSession(session)
  useAppStore.setState(({ tabs }) => ({ tabs: { ...tabs, active: { ...tabs.active, [session.id]: tab } } }))
}

function documentText(document: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
