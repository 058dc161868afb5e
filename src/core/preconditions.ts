import type { PutOptions } from './datastore.ts'
import { failure, NotFoundError } from './errors.ts'
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

/**
 * Judges a write by the version it would replace.
 * @throws DatastoreError `CONFLICT`, `NOT_FOUND` or `ALREADY_EXISTS`
 */
export function checkPreconditions(
  action: string,
  key: Key,
  current: { readonly etag: string } | undefined,
  options: Pick<PutOptions, 'create' | 'replace' | 'ifMatch'>,
): void {
  const { create = true, replace = true, ifMatch } = options
  if (ifMatch !== undefined && current?.etag !== ifMatch) {
    const state = current === undefined ? 'the key is gone' : 'the value was changed in the meantime'
    throw failure('CONFLICT', action, key, state)
  }
  if (!create && current === undefined) throw new NotFoundError(action, key)
  if (!replace && current !== undefined)
    throw failure('ALREADY_EXISTS', action, key, 'there is a value already')
}
