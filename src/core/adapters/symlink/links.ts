import { failure, messageOf, type Reason, reason } from '../../errors.ts'
import { Key } from '../../key.ts'
import { after, type Call, type Maybe } from '../../open/call.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { Payload } from '../../open/payload.ts'
import type { Written } from '../../open/store.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Links as records of a store of their own: under the key of the link, the text of the key it leads to, as UTF-8. */
export class Links {
  #store: OpenStore
  #version = 0

  constructor(store: OpenStore) {
    this.#store = store
  }

  get store(): OpenStore {
    return this.#store
  }

  /** Changes with every link that is made or removed, so that a way found earlier is known to be out of date. */
  get version(): number {
    return this.#version
  }

  /** Goes by the records of another store from now on. */
  rewire(store: OpenStore): void {
    this.#version++
    this.#store = store
  }

  /**
   * Where the link at `key` leads; `undefined` where there is no link.
   * @throws DatastoreError `CORRUPT` for a record that names no key.
   */
  at(action: string, key: Key, call: Call): Maybe<Key | undefined> {
    // The root holds no value, so it is no link either.
    if (key.isRoot) return undefined
    return after(this.#store.read(key, call), found => found && parseTarget(action, key, found.bytes))
  }

  /** Makes or replaces a link. Once begun, it is completed. */
  async write(from: Key, to: Key, replace: boolean, call: Call): Promise<Written> {
    this.#version++
    const record = Payload.kept(encoder.encode(to.toString()))
    return this.#store.write(from, record, call.uncancelled.with({ replace }))
  }

  /** Removes a link, where there is one. Once begun, it is completed. */
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

/** The keys from a link to where it leads, both included; one key alone where there is no link. */
export type LinkWay = readonly [Key, ...Key[]]

/** The key that a way leads to. */
export function endOf(way: LinkWay): Key {
  return way.at(-1) ?? way[0]
}

/**
 * Follows links from the end of `way` until there is none.
 * @param linkAt Where the link at a key leads; `undefined` where there is none.
 * @throws DatastoreError `CONFLICT` naming the keys, when the links lead back to one of them.
 */
export function followLinks(
  action: string,
  way: LinkWay,
  linkAt: (key: Key) => Maybe<Key | undefined>,
): Maybe<LinkWay> {
  let known = way
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

function extended(action: string, way: LinkWay, next: Key): LinkWay {
  const longer: LinkWay = [...way, next]
  if (way.some(key => key.equals(next))) throw loopFailure(action, way[0], longer)
  return longer
}

/** `CONFLICT`: the links from `key` lead in a circle. */
export function loopFailure(action: string, key: Key, way: readonly Key[]): Error {
  return failure('CONFLICT', action, key, reason`its links lead in a circle: ${reasonOfWay(way)}`)
}

/** The keys of a way, as a message shows them. */
export function reasonOfWay(way: readonly Key[]): Reason {
  return way.flatMap((key, index) => (index === 0 ? [key] : [' → ', key]))
}
