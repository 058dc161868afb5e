import type { SecretsState, secretProcedures } from '../../../shared/procedures/secrets.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'

export function secretHandlers({ secrets, broadcast }: HostParts): HandlersOf<typeof secretProcedures> {
  const broadcastAfter = async (changing: Promise<SecretsState>): Promise<SecretsState> => {
    const state = await changing
    broadcast('secretsChanged', state)
    return state
  }
  return {
    'secrets.state': () => secrets.state(),
    'secrets.put': ({ name, value, onlyForRun = false }) =>
      broadcastAfter(onlyForRun ? secrets.keepForRun(name, value) : secrets.put(name, value)),
    'secrets.remove': ({ name }) => broadcastAfter(secrets.remove(name)),
    'secrets.unlock': ({ passphrase }) => broadcastAfter(secrets.unlock(passphrase)),
    'secrets.lock': () => broadcastAfter(secrets.lock()),
  }
}
