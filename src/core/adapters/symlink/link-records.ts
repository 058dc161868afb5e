import type { BinaryDatastore, CallOptions, PutOptions } from '../../datastore.ts'
import { failure, isNotFound, messageOf } from '../../errors.ts'
import { Key } from '../../key.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Links as records of a store of their own: under the key of the link, the text of the key it leads to, as UTF-8. */
export class LinkRecords {
  readonly store: BinaryDatastore
  /** Changes with every link that is made or goes, so that a way found earlier is known to be out of date. */
  version = 0

  constructor(store: BinaryDatastore) {
    this.store = store
  }

  /**
   * Where the link at `key` leads; `undefined` where there is no link.
   * @throws DatastoreError `CORRUPT` for a record that names no key.
   */
  async read(action: string, key: Key, options: CallOptions): Promise<Key | undefined> {
    // The root holds no value, so it is no link either.
    if (key.isRoot) return undefined
    let bytes: Uint8Array
    try {
      bytes = await this.store.get(key, options)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
    return parseTarget(action, key, bytes)
  }

  async write(from: Key, to: Key, options: PutOptions): Promise<void> {
    this.version++
    await this.store.put(from, encoder.encode(to.toString()), options)
  }

  async remove(key: Key, options: CallOptions): Promise<void> {
    this.version++
    await this.store.delete(key, { ...options, missingOk: true })
  }
}

function parseTarget(action: string, key: Key, bytes: Uint8Array): Key {
  try {
    const text = decoder.decode(bytes)
    const target = Key.parse(text)
    if (target.isRoot || target.toString() !== text) {
      throw new TypeError(`${JSON.stringify(text)} is not the text of a key`)
    }
    return target
  } catch (cause) {
    throw failure('CORRUPT', action, key, `its link record names no key (${messageOf(cause)})`, cause)
  }
}
