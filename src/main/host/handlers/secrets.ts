import type { SecretsState, secretProcedures } from '../../../shared/procedures/secrets.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'

export function secretHandlers({ secrets, broadcast }: HostParts): HandlersOf<typeof secretProcedures> {
  const told = async (changing: Promise<SecretsState>): Promise<SecretsState> => {
    const state = await changing
    broadcast('secretsChanged', state)
    return state
  }
  return {
    'secrets.state': () => secrets.state(),
    'secrets.put': ({ name, value, onlyForRun = false }) =>
      told(onlyForRun ? secrets.keepForRun(name, value) : secrets.put(name, value)),
    'secrets.remove': ({ name }) => told(secrets.remove(name)),
    'secrets.unlock': ({ passphrase }) => told(secrets.unlock(passphrase)),
    'secrets.lock': () => told(secrets.lock()),
  }
}
