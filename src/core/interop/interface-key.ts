import { Key as InterfaceKey } from 'interface-datastore'
import { Key } from '../key.ts'

export function toInterfaceKey(key: Key): InterfaceKey {
  return new InterfaceKey(key.toString(), false)
}

/** @throws DatastoreError `KEY_INVALID` for a key with a segment `.` or `..`, which that family allows. */
export function fromInterfaceKey(key: InterfaceKey): Key {
  return Key.parse(key.toString())
}
