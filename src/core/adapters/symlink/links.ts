import { failure, messageOf, type Reason, reason } from '../../errors.ts'
import { Key } from '../../key.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import { peekThrough } from '../../open/copy-place.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { Written } from '../../open/store.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Links as records of a store of their own: under the key of the link, the text of its target key, as UTF-8. */
export class Links {
  #store: OpenStore
  #version = 0

  constructor(store: OpenStore) {
    this.#store = store
  }

  get store(): OpenStore {
    return this.#store
  }

  /** Changes whenever a link is made or removed, so that a path found earlier is known to be out of date. */
  get version(): number {
    return this.#version
  }

  /** Uses the records of another store from now on. */
  rewire(store: OpenStore): void {
    this.#version++
    this.#store = store
  }

  /**
   * The target of the link at `key`; `undefined` if there is no link.
   * @throws DatastoreError `CORRUPT` for a record that is not a key.
   */
  at(action: string, key: Key, call: Call): Maybe<Key | undefined> {
    // The root holds no value, so it cannot be a link.
    if (key.isRoot) return undefined
    return after(this.#store.read(key, call), found => found && parseTarget(action, key, found.bytes))
  }

  /** As `at`, without an effect of a read. */
  async peekAt(action: string, key: Key, call: Call): Promise<Key | undefined> {
    const found = key.isRoot ? undefined : await peekThrough(this.#store, key, call)
    return found && parseTarget(action, key, found.bytes)
  }

  /** Makes or replaces a link. Not aborted once begun. */
  async write(from: Key, to: Key, replace: boolean, call: Call): Promise<Written> {
    this.#version++
    const record = Payload.kept(encoder.encode(to.toString()))
    return this.#store.write(from, record, call.uncancelled.with({ replace }))
  }

  /** Removes a link, if there is one. Not aborted once begun. */
  async remove(key: Key, call: Call): Promise<void> {
    this.#version++
    await this.#store.remove(key, call.uncancelled)
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

/** The keys from a link to its final target, both included; only the key itself if it is not a link. */
export type LinkPath = readonly [Key, ...Key[]]

/** The final target of a path of links. */
export function endOf(path: LinkPath): Key {
  return path.at(-1) ?? path[0]
}

/**
 * Follows links from the end of `way` until a key is not a link.
 * @param linkAt The target of the link at a key; `undefined` if there is no link.
 * @throws DatastoreError `CONFLICT` naming the keys, if the links lead back to one of them.
 */
export function followLinks(
  action: string,
  path: LinkPath,
  linkAt: (key: Key) => Maybe<Key | undefined>,
): Maybe<LinkPath> {
  let known = path
  for (;;) {
    const soFar = known
    const next = linkAt(endOf(soFar))
    if (next instanceof Promise) {
      return next.then(one =>
        one === undefined ? soFar : followLinks(action, extended(action, soFar, one), linkAt),
      )
    }
    if (next === undefined) return soFar
    known = extended(action, soFar, next)
  }
}

function extended(action: string, path: LinkPath, next: Key): LinkPath {
  const longer: LinkPath = [...path, next]
  if (path.some(key => key.equals(next))) throw loopFailure(action, path[0], longer)
  return longer
}

/** `CONFLICT`: the links from `key` form a circle. */
export function loopFailure(action: string, key: Key, path: readonly Key[]): Error {
  return failure('CONFLICT', action, key, reason`its links lead in a circle: ${reasonOfPath(path)}`)
}

/** The keys of a path, as messages show them. */
export function reasonOfPath(path: readonly Key[]): Reason {
  return path.flatMap((key, index) => (index === 0 ? [key] : [' → ', key]))
}
