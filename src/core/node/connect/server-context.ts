import { failure } from '../../errors.ts'
import type { NodeStatus, OpenContext } from '../../stack/kind.ts'
import type { SecretReference } from '../../stack/secret.ts'

/** The folder for relative paths, the source of secrets, and the listener for the state of the server. */
export interface ServerContext extends Pick<OpenContext, 'baseDirectory' | 'secret'> {
  /** Default: no listener. */
  readonly report?: OpenContext['report'] | undefined
}

/** What a program passes besides the options to open the store of a server. */
export interface ProgramContext {
  /** The folder that relative paths of the options are resolved against. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Returns the value of a secret that the options name. Default: there are no secrets. */
  readonly secret?: ((reference: SecretReference, option: string) => Promise<string>) | undefined
  /** Called when the server is lost or reached again, and with the progress of the index of keys. Default: not reported. */
  readonly report?: ((change: NodeStatus) => void) | undefined
}

export function serverContextOf({
  baseDirectory,
  secret = noSecrets,
  report,
}: ProgramContext): ServerContext {
  return { baseDirectory, secret, report }
}

function noSecrets({ secret }: SecretReference, option: string): Promise<never> {
  const state = `"${option}" names the secret ${JSON.stringify(secret)}, and nothing was given to look it up with`
  return Promise.reject(failure('CONFIG_INVALID', 'look up a secret', undefined, state))
}
