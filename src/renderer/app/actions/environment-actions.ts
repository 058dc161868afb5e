import type { Environment } from '../../../shared/contract-constants.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { askForName } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'

/** Sessions that need no typed confirmation until the page is closed. */
const skipped = new Set<string>()

export async function setEnvironment(
  { client }: Services,
  session: SessionInfo,
  environment: Environment,
): Promise<void> {
  if (environment === session.environment) return
  skipped.delete(session.id)
  await client.call('sessions.setEnvironment', { session: session.id, environment })
  showToast({
    tone: 'info',
    message: `${session.name} is ${environment} now${environment === 'production' ? ', and locked' : ''}`,
  })
}

export function isInProduction({ state }: Services, session: string): boolean {
  return state.sessions.get()?.find(({ id }) => id === session)?.environment === 'production'
}

/** Whether the user chose not to be asked again for a session. */
export function isSkipped(session: string): boolean {
  return skipped.has(session)
}

/**
 * Asks for the names of those sessions that are production, before something is done to them.
 * @param title Names the act: `Delete 12 keys`.
 * @returns Whether to continue.
 */
export async function confirmAct(
  services: Services,
  sessions: readonly string[],
  title: string,
): Promise<boolean> {
  for (const id of new Set(sessions)) {
    if (!isInProduction(services, id) || isSkipped(id)) continue
    const name = services.state.sessions.get()?.find(other => other.id === id)?.name ?? ''
    if (!(await askForName({ name, title, onSkip: () => skipped.add(id) }))) return false
  }
  return true
}
