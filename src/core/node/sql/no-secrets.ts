import type { SecretReference } from '../../stack/secret.ts'
import { refusal } from './choose-table.ts'

/** The source of secrets of a program that has none. */
export function noSecrets({ secret }: SecretReference, option: string): Promise<never> {
  const state = `"${option}" names the secret ${JSON.stringify(secret)}, and nothing was given to look it up with`
  return Promise.reject(refusal(state))
}
