import { Key as InterfaceKey } from 'interface-datastore'
import { hasCode } from '../errors.ts'
import { Key } from '../key.ts'

export function toInterfaceKey(key: Key): InterfaceKey {
  return new InterfaceKey(key.toString(), false)
}

/** @throws DatastoreError `KEY_INVALID` for a key with a segment `.` or `..`, which that family allows. */
export function fromInterfaceKey(key: InterfaceKey): Key {
  return Key.parse(key.toString())
}

/** What a key of that family is here; `undefined` for one that nothing here leads back to, such as `/..`, `/a//b` and `/`. */
export function shownAs(key: InterfaceKey): Key | undefined {
  try {
    const shown = fromInterfaceKey(key)
    return shown.isRoot || shown.toString() !== key.toString() ? undefined : shown
  } catch (error) {
    if (!hasCode(error, 'KEY_INVALID')) throw error
    return undefined
  }
}
