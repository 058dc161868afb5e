import { useEffect, useState } from 'react'
import type { SecretsState } from '../../../shared/procedures/secrets.ts'
import type { Client } from '../../api/client.ts'

/** The names of the secrets that the host has, as they change; `undefined` until they are known. */
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
