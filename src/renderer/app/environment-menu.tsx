import { Check } from 'lucide-react'
import { ENVIRONMENTS } from '../../shared/contract-constants.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { Button } from '../ui/button.tsx'
import { EnvironmentBadge } from '../ui/environment-badge.tsx'
import { MenuButton } from '../ui/menu.tsx'
import { setEnvironment } from './actions/environment-actions.ts'
import { attempt } from './actions/failures.ts'
import type { Services } from './services.ts'

const DETAILS = {
  development: 'No additional confirmations',
  staging: 'It has a badge of its own; nothing else changes',
  production: 'It is locked when it is opened; deletes and actions on many keys ask for its name',
}

interface EnvironmentMenuProps {
  readonly services: Services
  readonly session: SessionInfo
}

/** What the stack is used for, and a menu to change it. */
export function EnvironmentMenu({ services, session }: EnvironmentMenuProps) {
  return (
    <MenuButton
      label="Environment"
      groups={[
        {
          id: 'environments',
          entries: ENVIRONMENTS.map(id => ({
            id,
            label: id,
            detail: DETAILS[id],
            icon: id === session.environment ? <Check size={14} aria-hidden /> : undefined,
          })),
        },
      ]}
      onChoose={id => {
        const environment = ENVIRONMENTS.find(other => other === id)
        if (environment !== undefined) attempt(() => setEnvironment(services, session, environment))
      }}
    >
      <Button variant="quiet" aria-label={`Environment: ${session.environment}`}>
        <EnvironmentBadge environment={session.environment} />
      </Button>
    </MenuButton>
  )
}
