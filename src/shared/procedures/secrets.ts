import { z } from 'zod'
import { SECRET_NAME } from '../../core/stack/secret.ts'
import { nothing, procedure } from '../values.ts'

const secretName = z.string().regex(SECRET_NAME)

/** What the page may know of secrets: their names. No call gives a value. */
export const secretsState = z.strictObject({
  /** What seals new secrets. `none`: a passphrase has to be chosen first. */
  protection: z.enum(['keychain', 'passphrase', 'none']),
  /** Nothing can be put until the passphrase is given. */
  isLocked: z.boolean(),
  secrets: z.array(
    z.strictObject({
      name: z.string(),
      /** `run`: it is in memory, and gone when the program ends. */
      from: z.enum(['keychain', 'passphrase', 'run']),
      isReadable: z.boolean(),
    }),
  ),
  /** Variables of the environment that hold secrets, as `STRATA_SECRET_PROD_REDIS`. */
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
  /** Gives the passphrase; where there is none yet, chooses it. */
  'secrets.unlock': procedure(z.strictObject({ passphrase: z.string().min(1).max(1_024) }), secretsState),
  'secrets.lock': procedure(nothing, secretsState),
}
