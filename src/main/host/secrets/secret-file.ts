import { join } from 'node:path'
import { z } from 'zod'
import { DatastoreError, messageOf } from '../../../core/errors.ts'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import { SECRET_NAME } from '../../../core/stack/secret.ts'
import { removeLeftovers, writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/file-failure.ts'
import { type LockFacts, lockFacts } from './passphrase-seal.ts'

/** A sealed secret. Its name is sealed with its value, so that secrets cannot be swapped. */
export interface SealedSecret {
  readonly by: 'keychain' | 'passphrase'
  readonly data: string
}

export interface SealedSecrets {
  /** The lock of the passphrase; absent until there is one. */
  readonly lock?: LockFacts | undefined
  readonly secrets: ReadonlyMap<string, SealedSecret>
}

const file = z.strictObject({
  strata: z.literal('secrets'),
  version: z.literal(1),
  lock: lockFacts.optional(),
  secrets: z.record(
    z.string().regex(SECRET_NAME),
    z.strictObject({ by: z.enum(['keychain', 'passphrase']), data: z.string() }),
  ),
})

/** The file of a user's secrets in the data directory. Only that user can read it. */
export class SecretFile {
  readonly #path: string
  #changing: Promise<unknown> = Promise.resolve()

  constructor(dataDirectory: string) {
    this.#path = join(dataDirectory, 'secrets.json')
  }

  /** @throws DatastoreError `CORRUPT` for an invalid file. */
  async read(): Promise<SealedSecrets> {
    let text: string
    try {
      text = (await readRegularFile(this.#path)).toString()
    } catch (error) {
      if (hasErrno(error, ['ENOENT'])) return { secrets: new Map() }
      throw new DatastoreError('IO', `Cannot read the secrets in ${this.#path}: ${messageOf(error)}`, {
        cause: error,
      })
    }
    const content = file.safeParse(parsed(text))
    if (!content.success) {
      throw new DatastoreError(
        'CORRUPT',
        `Cannot read the secrets: ${this.#path} is not a valid secrets file; it was left unchanged`,
      )
    }
    const { lock, secrets } = content.data
    return { lock, secrets: new Map(Object.entries(secrets)) }
  }

  /** Changes the content of the file, which another process may have written. Changes are made one after another. */
  change(make: (content: SealedSecrets) => SealedSecrets): Promise<SealedSecrets> {
    const changed = this.#changing.then(async () => {
      const content = make(await this.read())
      await this.#write(content)
      return content
    })
    this.#changing = changed.catch(() => undefined)
    return changed
  }

  /** Resolves once every change is written. */
  async settled(): Promise<void> {
    await this.#changing
  }

  async #write({ lock, secrets }: SealedSecrets): Promise<void> {
    await removeLeftovers(this.#path)
    const content = { strata: 'secrets', version: 1, lock, secrets: Object.fromEntries(secrets) }
    const text = `${JSON.stringify(content, undefined, 2)}\n`
    await writeFileAtomically(this.#path, text, { replace: true, isPrivate: true })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
