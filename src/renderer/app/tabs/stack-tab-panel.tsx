import { useCallback } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { loadable } from '../../ui/loadable.tsx'
import { stackApplied } from '../actions/stack-actions.ts'
import { useServices } from '../services.ts'
import { changeTabs } from '../state/app-store.ts'
import type { StackTabState } from './tab.ts'
import { markDirty } from './tabs-model.ts'

const StackEditor = loadable('StackEditor', async () => {
  return (await import('../../features/stack-editor/stack-editor.tsx')).StackEditor
})

interface StackTabPanelProps {
  readonly tab: StackTabState
  /** Absent for a stack that has not been opened yet. */
  readonly session: SessionInfo | undefined
}

export function StackTabPanel({ tab, session }: StackTabPanelProps) {
  const { client, shell } = useServices()
  const { id, initial } = tab
  const applied = useCallback((opened: SessionInfo) => stackApplied(id, opened), [id])
  const setDirty = useCallback((isDirty: boolean) => changeTabs(tabs => markDirty(tabs, id, isDirty)), [id])
  return (
    <StackEditor
      client={client}
      shell={shell}
      {...(session !== undefined && { session })}
      initial={initial}
      onApplied={applied}
      onDirtyChange={setDirty}
    />
  )
}
