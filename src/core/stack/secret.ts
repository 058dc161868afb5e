import { z } from 'zod'

/** The name of a secret. The program that opens the stack has its value; a document never does. */
export interface SecretReference {
  readonly secret: string
}

/** Where a program keeps its secrets. */
export interface SecretSource {
  /**
   * The value of this name; `undefined` if there is none.
   * @throws DatastoreError `ACCESS_DENIED` if the secrets are locked.
   */
  get(name: string): Promise<string | undefined>
}

/** Names of secrets: letters, digits, `.`, `_`, `-`, at most 64 characters, the first a letter or digit. */
export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Messages never repeat what was given instead of a reference: it may be the secret itself. */
const NO_LITERAL =
  'a document holds no secrets; name one, as { "secret": "prod-redis" }, and keep its value in the secret store'

/** The schema of an option that names a secret. A form shows it as a choice of names. */
export function secretReference() {
  const name = z
    .string({ error: 'the name of a secret is a text, as "prod-redis"' })
    .regex(SECRET_NAME, 'the name of a secret has letters, digits, ".", "_" and "-", and at most 64 of them')
  return z.strictObject({ secret: name }, { error: NO_LITERAL }).meta({ format: 'secret' })
}
