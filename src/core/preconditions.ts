import type { PutOptions } from './datastore.ts'
import { failure } from './errors.ts'
import type { Key } from './key.ts'

/** @throws TypeError when a put may neither create nor replace. */
export function refuseContradiction(options: PutOptions | undefined): void {
  if (options?.create === false && options.replace === false) {
    throw new TypeError('Cannot put: create and replace are both false, so nothing could be written')
  }
}

/** @throws DatastoreError `KEY_INVALID` for the root, which is the place of all keys and no key of a value. */
export function refuseRoot(action: string, key: Key): void {
  if (key.isRoot) throw failure('KEY_INVALID', action, key, 'the root holds no value')
}
