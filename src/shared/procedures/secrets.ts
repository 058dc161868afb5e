import { z } from 'zod'
import { SECRET_NAME } from '../../core/stack/secret.ts'
import { nothing, procedure } from '../values.ts'

const secretName = z.string().regex(SECRET_NAME)

/** What the page may know about secrets: their names. No call returns a value. */
export const secretsState = z.strictObject({
  /** What seals new secrets. `none`: a passphrase must be chosen first. */
  protection: z.enum(['keychain', 'passphrase', 'none']),
  /** Nothing can be stored until the passphrase is entered. */
  isLocked: z.boolean(),
  secrets: z.array(
    z.strictObject({
      name: z.string(),
      /** `run`: in memory only, until the program ends. */
      from: z.enum(['keychain', 'passphrase', 'run']),
      isReadable: z.boolean(),
    }),
  ),
  /** Environment variables that hold secrets, such as `STRATA_SECRET_PROD_REDIS`. */
  variables: z.array(z.string()),
})
export type SecretsState = z.infer<typeof secretsState>

export const secretProcedures = {
  'secrets.state': procedure(nothing, secretsState),
  'secrets.put': procedure(
    z.strictObject({
      name: secretName,
      value: z.string().min(1).max(65_536),
      /** Keep it in memory until the program ends, which needs no passphrase. */
      onlyForRun: z.boolean().optional(),
    }),
    secretsState,
  ),
  'secrets.remove': procedure(z.strictObject({ name: secretName }), secretsState),
  /** Enters the passphrase, or chooses it if there is none yet. */
  'secrets.unlock': procedure(z.strictObject({ passphrase: z.string().min(1).max(1_024) }), secretsState),
  'secrets.lock': procedure(nothing, secretsState),
}
