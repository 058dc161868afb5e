import { useCallback } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { attempt } from '../actions/failures.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { currentSettings, useServices } from '../services.ts'
import { changeTabs } from '../state/app-store.ts'
import { KeyTab } from './load-ahead.ts'
import type { KeyTabState, View } from './tab.ts'
import { registerTabActions, type TabActions } from './tab-actions.ts'
import { changeTab, markDirty } from './tabs-model.ts'
import { withView } from './view-memory.ts'

interface KeyTabPanelProps {
  readonly tab: KeyTabState
  readonly session: SessionInfo
}

export function KeyTabPanel({ tab, session }: KeyTabPanelProps) {
  const services = useServices()
  const { id, key } = tab
  const changeView = useCallback(
    (view: View) => {
      changeTabs(tabs => changeTab(tabs, id, other => (other.kind === 'key' ? { ...other, view } : other)))
      attempt(async () => {
        const views = withView(currentSettings(services).views, key, view)
        await services.client.call('workspace.updateSettings', { settings: { views } })
      })
    },
    [services, id, key],
  )
  const setDirty = useCallback((isDirty: boolean) => changeTabs(tabs => markDirty(tabs, id, isDirty)), [id])
  const register = useCallback((actions: TabActions | undefined) => registerTabActions(id, actions), [id])
  const request = useCallback(
    (wanted: { readonly type: 'delete' | 'rename'; readonly key: string }) => {
      const at = { session: session.id, key: wanted.key }
      openDialog(
        wanted.type === 'rename'
          ? { type: 'rename', ...at, isBranch: false }
          : { type: 'delete', ...at, isValue: true, isBranch: false },
      )
    },
    [session.id],
  )
  return (
    <KeyTab
      client={services.client}
      session={session}
      keyText={key}
      view={tab.view}
      onViewChange={changeView}
      onDirtyChange={setDirty}
      onRequest={request}
      registerActions={register}
    />
  )
}
