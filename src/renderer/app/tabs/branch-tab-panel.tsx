import { useCallback } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { BranchTab, type BranchTabProps } from '../../features/branch-tab/branch-tab.tsx'
import { handleKeyRequest } from '../actions/requests.ts'
import { openKey } from '../actions/tab-commands.ts'
import { useServices } from '../services.ts'

interface BranchTabPanelProps {
  readonly session: SessionInfo
  readonly prefix: string
}

export function BranchTabPanel({ session, prefix }: BranchTabPanelProps) {
  const services = useServices()
  const { id } = session
  const open = useCallback<BranchTabProps['onOpen']>(
    (key, options) => openKey(services, id, key, options),
    [services, id],
  )
  const request = useCallback<BranchTabProps['onRequest']>(
    wanted => handleKeyRequest(services, id, wanted),
    [services, id],
  )
  return (
    <BranchTab
      client={services.client}
      jobs={services.state.jobs}
      session={session}
      prefix={prefix}
      onOpen={open}
      onRequest={request}
    />
  )
}
