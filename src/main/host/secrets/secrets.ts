import { DatastoreError, messageOf } from '../../../core/errors.ts'
import type { SecretSource } from '../../../core/stack/secret.ts'
import type { SecretsState } from '../../../shared/procedures/secrets.ts'
import { PassphraseSeal } from './passphrase-seal.ts'
import { type SealedSecret, type SealedSecrets, SecretFile } from './secret-file.ts'

/** The keychain of the system, as provided by a desktop shell. */
export interface Keychain {
  /** Whether the keychain encrypts what it seals. If not, secrets are sealed with a passphrase. */
  isProtecting(): Promise<boolean>
  /** @returns Sealed text, in base64. */
  seal(text: string): Promise<string>
  /** `isOld`: the key has changed, so the text must be sealed again. */
  unseal(sealed: string): Promise<{ readonly text: string; readonly isOld: boolean }>
}

export interface SecretsOptions {
  readonly dataDirectory: string
  readonly keychain?: Keychain | undefined
  /** Variables that hold secrets: `STRATA_SECRET_PROD_REDIS` holds the secret `prod-redis`. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const VARIABLE = 'STRATA_SECRET_'

/**
 * The secrets of the user who runs the program. Their values are passed to stores that are opened, and to nothing else.
 */
export class Secrets implements SecretSource {
  readonly #file: SecretFile
  readonly #keychain: Keychain | undefined
  readonly #environment: SecretsOptions['environment']
  readonly #ofRun = new Map<string, string>()
  #seal: PassphraseSeal | undefined

  constructor({ dataDirectory, keychain, environment }: SecretsOptions) {
    this.#file = new SecretFile(dataDirectory)
    this.#keychain = keychain
    this.#environment = environment
  }

  /** @throws DatastoreError `CORRUPT` for an invalid file. */
  async state(): Promise<SecretsState> {
    return this.#stateOf(await this.#file.read())
  }

  async get(name: string): Promise<string | undefined> {
    const given = this.#environment[variableOf(name)]
    if (given !== undefined && given !== '') return given
    const ofRun = this.#ofRun.get(name)
    if (ofRun !== undefined) return ofRun
    const sealed = (await this.#file.read()).secrets.get(name)
    return sealed && (await this.#unsealed(name, sealed))
  }

  /** @throws DatastoreError `ACCESS_DENIED` while locked, or if no passphrase was chosen yet: call `unlock` first. */
  async put(name: string, value: string): Promise<SecretsState> {
    const sealed = await this.#sealed(name, value)
    this.#ofRun.delete(name)
    return this.#change(secrets => secrets.set(name, sealed))
  }

  /** Keeps a value in memory until the program ends, and in no file. */
  keepForRun(name: string, value: string): Promise<SecretsState> {
    this.#ofRun.set(name, value)
    return this.state()
  }

  remove(name: string): Promise<SecretsState> {
    this.#ofRun.delete(name)
    return this.#change(secrets => secrets.delete(name))
  }

  /**
   * Unlocks with the passphrase; the first one given becomes the passphrase.
   * @throws DatastoreError `ACCESS_DENIED` for a wrong passphrase.
   */
  async unlock(passphrase: string): Promise<SecretsState> {
    const { lock } = await this.#file.read()
    if (lock !== undefined) {
      this.#seal = await PassphraseSeal.open(lock, passphrase)
      return this.state()
    }
    const seal = await PassphraseSeal.create(passphrase)
    const content = await this.#file.change(({ lock: other, secrets }) => {
      // Another process may have chosen one in the meantime.
      return { lock: other ?? seal.facts, secrets }
    })
    if (content.lock === seal.facts) this.#seal = seal
    return content.lock === seal.facts ? this.#stateOf(content) : this.unlock(passphrase)
  }

  lock(): Promise<SecretsState> {
    this.#seal = undefined
    return this.state()
  }

  /** Resolves once everything is saved. */
  close(): Promise<void> {
    this.#seal = undefined
    return this.#file.settled()
  }

  async #change(make: (secrets: Map<string, SealedSecret>) => unknown): Promise<SecretsState> {
    const content = await this.#file.change(({ lock, secrets }) => {
      const changed = new Map(secrets)
      make(changed)
      return { lock, secrets: changed }
    })
    return this.#stateOf(content)
  }

  async #stateOf({ lock, secrets }: SealedSecrets): Promise<SecretsState> {
    const hasKeychain = await this.#canUseKeychain()
    const given = Object.keys(this.#environment).filter(name => name.startsWith(VARIABLE))
    const ofRun = [...this.#ofRun.keys()].map(name => ({ name, from: 'run' as const, isReadable: true }))
    const others = [...secrets].filter(([name]) => !this.#ofRun.has(name))
    const kept = others.map(([name, { by }]) => ({
      name,
      from: by,
      isReadable: by === 'keychain' ? hasKeychain : this.#seal !== undefined,
    }))
    return {
      protection: hasKeychain ? 'keychain' : lock === undefined ? 'none' : 'passphrase',
      isLocked: !hasKeychain && this.#seal === undefined,
      secrets: [...ofRun, ...kept].sort((a, b) => (a.name < b.name ? -1 : 1)),
      variables: given.sort(),
    }
  }

  async #sealed(name: string, value: string): Promise<SealedSecret> {
    const text = JSON.stringify([name, value])
    if (this.#keychain !== undefined && (await this.#canUseKeychain())) {
      return { by: 'keychain', data: await this.#keychain.seal(text) }
    }
    if (this.#seal !== undefined) return { by: 'passphrase', data: this.#seal.seal(text) }
    throw new DatastoreError(
      'ACCESS_DENIED',
      `Cannot store the secret ${JSON.stringify(name)}: the secrets are locked; enter the passphrase first`,
    )
  }

  async #unsealed(name: string, { by, data }: SealedSecret): Promise<string> {
    const denied = (state: string, cause?: unknown) =>
      new DatastoreError('ACCESS_DENIED', `Cannot read the secret ${JSON.stringify(name)}: ${state}`, {
        cause,
      })
    if (by === 'keychain') {
      if (this.#keychain === undefined || !(await this.#canUseKeychain())) {
        throw denied('it is in the keychain of the desktop, which is not available here')
      }
      try {
        const { text, isOld } = await this.#keychain.unseal(data)
        const value = valueIn(text, name)
        if (isOld) await this.put(name, value)
        return value
      } catch (error) {
        throw denied(`the keychain cannot unseal it: ${messageOf(error)}`, error)
      }
    }
    if (this.#seal === undefined) throw denied('the secrets are locked; enter the passphrase')
    try {
      return valueIn(this.#seal.unseal(data), name)
    } catch (error) {
      throw denied('its stored value was changed by somebody else', error)
    }
  }

  async #canUseKeychain(): Promise<boolean> {
    return this.#keychain !== undefined && (await this.#keychain.isProtecting())
  }
}

/** @throws Error for the value of another name. */
function valueIn(text: string, name: string): string {
  const [sealedName, value] = JSON.parse(text) as [unknown, unknown]
  if (sealedName !== name || typeof value !== 'string') throw new Error('it is the value of another secret')
  return value
}

function variableOf(name: string): string {
  return VARIABLE + name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}
