import { type Datastore as InterfaceDatastore, Key as InterfaceKey } from 'interface-datastore'
import { type Capabilities, MINIMAL } from '../capabilities.ts'
import { Slices } from '../concurrency/slices.ts'
import type { ListPage, StoreStats } from '../datastore.ts'
import { AbortError, failure, hasCode, isAborted, messageOf } from '../errors.ts'
import { fnv1a64Bytes } from '../hash/fnv1a64.ts'
import { Key } from '../key.ts'
import { LevelOfKeys, listOptionsOf } from '../list-page.ts'
import type { Call } from '../open/call.ts'
import { Datastore } from '../open/datastore.ts'
import { idOfObject } from '../open/identity.ts'
import type { Payload } from '../open/payload.ts'
import type { Found, Removed, Store, StoreInfo, Written } from '../open/store.ts'

/**
 * A store of the `interface-datastore` family. That family has neither levels nor versions: a listing reads all keys
 * below a prefix, and an etag is a hash of the value. Keys that are invalid here (`/..`, `/a//b`, the root) are not
 * shown. A write that has begun is completed even if it is aborted, because its effect would be unknown otherwise.
 */
class InterfaceStore implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    read: { range: false, stream: false, etag: 'content' },
    // Such a store does not say whether its values outlive the process.
    persistent: true,
  }
  readonly #store: InterfaceDatastore

  constructor(store: InterfaceDatastore) {
    this.#store = store
    this.info = { kind: 'interface-datastore', id: idOfObject('interface-datastore', store) }
  }

  async read(key: Key, call: Call): Promise<Found | undefined> {
    try {
      // A copy, because some stores of that family return the buffer they keep.
      const bytes = new Uint8Array(await this.#store.get(toInterfaceKey(key), signalOf(call)))
      return { bytes, shared: false, etag: etagOf(bytes) }
    } catch (cause) {
      if (isAbsence(cause)) return undefined
      throw failureOf('get', key, cause)
    }
  }

  async write(key: Key, value: Payload): Promise<Written> {
    // A copy, because some stores of that family keep the buffer they are given, and return it.
    const bytes = new Uint8Array(value.bytes)
    try {
      await this.#store.put(toInterfaceKey(key), bytes)
    } catch (cause) {
      throw failureOf('put', key, cause)
    }
    return { etag: etagOf(value.bytes) }
  }

  /** Looks first, because deleting an absent key succeeds in that family. */
  async remove(key: Key): Promise<Removed> {
    try {
      if (!(await this.#store.has(toInterfaceKey(key)))) return 'absent'
      await this.#store.delete(toInterfaceKey(key))
      return 'removed'
    } catch (cause) {
      if (isAbsence(cause)) return 'absent'
      throw failureOf('delete', key, cause)
    }
  }

  async has(key: Key): Promise<boolean> {
    try {
      return await this.#store.has(toInterfaceKey(key))
    } catch (cause) {
      if (isAbsence(cause)) return false
      throw failureOf('look up', key, cause)
    }
  }

  async list(prefix: Key, call: Call): Promise<ListPage> {
    const level = new LevelOfKeys(prefix)
    const slices = new Slices()
    for await (const key of this.#keysBelow(prefix, call)) {
      if (slices.step()) await slices.pause()
      level.add(key)
    }
    return level.page(listOptionsOf(call))
  }

  /**
   * Keys strictly below `prefix`. Reads all keys, because prefixes have another meaning in that family, which also
   * differs between its stores (datastore-fs 12 takes a prefix for a path from the root of the disk).
   */
  async *#keysBelow(prefix: Key, call: Call): AsyncIterable<Key> {
    for await (const found of this.#store.queryKeys({}, signalOf(call))) {
      call.throwIfAborted('list', prefix)
      const key = shownAs(found)
      if (key !== undefined && prefix.isAncestorOf(key)) yield key
    }
  }

  async stats(call: Call): Promise<StoreStats> {
    let entries = 0
    let bytes = 0
    for await (const { key, value } of this.#store.query({}, signalOf(call))) {
      call.throwIfAborted('count')
      if (shownAs(key) === undefined) continue
      entries++
      bytes += value.length
    }
    return { entries, bytes, accuracy: 'exact' }
  }

  async close(): Promise<void> {
    const { close } = this.#store as { close?: () => Promise<void> | void }
    await close?.call(this.#store)
  }
}

/** Any store of the `interface-datastore` family as a datastore. */
export function fromInterfaceDatastore(store: InterfaceDatastore): Datastore {
  return new Datastore(new InterfaceStore(store))
}

/** An error of that family as one of this library. */
function failureOf(action: string, key: Key, cause: unknown): Error {
  if (isAborted(cause)) return new AbortError(action, { key, cause })
  return failure('IO', action, key, messageOf(cause), cause)
}

/** Earlier stores of that family report absence only by the code. */
function isAbsence(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return cause.name === 'NotFoundError' || ('code' in cause && cause.code === 'ERR_NOT_FOUND')
}

function signalOf({ signal }: Call): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function etagOf(bytes: Uint8Array): string {
  return `${bytes.length}-${fnv1a64Bytes(bytes).toString(16)}`
}

export function toInterfaceKey(key: Key): InterfaceKey {
  return new InterfaceKey(key.toString(), false)
}

/** @throws DatastoreError `KEY_INVALID` for a key with a segment `.` or `..`, which that family allows. */
export function fromInterfaceKey(key: InterfaceKey): Key {
  return Key.parse(key.toString())
}

/** The key here for a key of that family; `undefined` for a key that has none, such as `/..`, `/a//b` and `/`. */
function shownAs(key: InterfaceKey): Key | undefined {
  try {
    const shown = fromInterfaceKey(key)
    return shown.isRoot || shown.toString() !== key.toString() ? undefined : shown
  } catch (error) {
    if (!hasCode(error, 'KEY_INVALID')) throw error
    return undefined
  }
}
