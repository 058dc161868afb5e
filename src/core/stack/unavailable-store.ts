import { type Capabilities, MINIMAL } from '../capabilities.ts'
import { type DatastoreError, failure, messageOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Store, StoreInfo } from '../open/store.ts'

/** Stands for a store that could not be opened again. Every call fails with the reason, until the stack is changed. */
export class UnavailableStore implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities = { ...MINIMAL, persistent: true }
  readonly #cause: unknown

  constructor(info: StoreInfo, cause: unknown) {
    this.info = info
    this.#cause = cause
  }

  read(key: Key): never {
    throw this.#failure('get', key)
  }

  write(key: Key): never {
    throw this.#failure('put', key)
  }

  remove(key: Key): never {
    throw this.#failure('delete', key)
  }

  list(prefix: Key): never {
    throw this.#failure('list', prefix)
  }

  #failure(action: string, key: Key): DatastoreError {
    const state = `the store is closed since a change of the stack failed: ${messageOf(this.#cause)}`
    return failure('CLOSED', action, key, state, this.#cause)
  }
}
