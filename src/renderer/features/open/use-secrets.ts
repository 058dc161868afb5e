import { useEffect, useState } from 'react'
import type { SecretsState } from '../../../shared/procedures/secrets.ts'
import type { Client } from '../../api/client.ts'

/** The names of the host's secrets, kept current; `undefined` until they are loaded. */
export function useSecrets(client: Client): SecretsState | undefined {
  const [secrets, setSecrets] = useState<SecretsState>()
  useEffect(() => {
    const controller = new AbortController()
    const stop = client.on('secretsChanged', setSecrets)
    client.call('secrets.state', {}, { signal: controller.signal }).then(setSecrets, () => undefined)
    return () => {
      controller.abort()
      stop()
    }
  }, [client])
  return secrets
}
