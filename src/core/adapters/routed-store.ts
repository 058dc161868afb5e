import type { Capabilities } from '../capabilities.ts'
import { mapChanges } from '../changes/map-changes.ts'
import type { Change, ListPage, Stat, ValueVersion } from '../datastore.ts'
import { inTermsOf } from '../errors.ts'
import type { Key } from '../key.ts'
import { Call, type Maybe } from '../open/call.ts'
import type { CopyPlace } from '../open/copy-place.ts'
import { moveAcross } from '../open/move-between.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { Payload } from '../open/payload.ts'
import type { ByteStream, Found, Moved, Removed, Store, StoreInfo, Written } from '../open/store.ts'

/** A store below, and the mapping between the caller's keys and its keys. */
export interface Place {
  readonly store: OpenStore
  /**
   * The key below for a key of the caller that belongs here.
   * @throws DatastoreError if there is none; `action` is what the key is needed for.
   */
  below(key: Key, action?: string): Key
  /** The caller's name of a key below; `undefined` for a key that the caller cannot reach. */
  nameOf(below: Key): Key | undefined
}

/**
 * A store that makes each call on one key as one call on one store below, perhaps under another key, before it returns.
 * So the store below keeps call order. Failures name the caller's keys.
 */
export abstract class RoutedStore implements Store {
  abstract readonly info: StoreInfo
  abstract readonly capabilities: Capabilities
  abstract readonly children: readonly OpenStore[]
  readonly lent = true

  get order(): 'gate' | 'below' {
    return 'below'
  }

  abstract list(prefix: Key, call: Call): Maybe<ListPage>

  /**
   * The place of a key; `undefined` if it has none.
   * @throws DatastoreError if a write has no place.
   */
  protected abstract placeOf(key: Key, action: string, isWrite: boolean): Place | undefined

  read(key: Key, call: Call): Maybe<Found | undefined> {
    return this.#through(read, 'get', key, call, false)
  }

  has(key: Key, call: Call): Maybe<boolean> {
    return this.#through(has, 'look up', key, call, false) ?? false
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    return this.#through(stat, 'stat', key, call, false)
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    return this.#through(stream, 'get', key, call, false)
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    return this.#through(write, 'put', key, call, true, value) as Maybe<Written>
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    return this.#through(remove, 'delete', key, call, true) as Maybe<Removed>
  }

  /** Moves a value, with one call if both keys are in one store below. */
  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const source = this.placeOf(from, 'rename', true) as Place
    const target = this.placeOf(to, 'rename', true) as Place
    const [key, other] = [source.below(from, 'rename'), target.below(to, 'rename to')]
    if (source.store !== target.store) {
      return moveAcross(
        { store: source.store, key, name: from, nameOf: below => source.nameOf(below) },
        { store: target.store, key: other, name: to, nameOf: below => target.nameOf(below) },
        call,
      )
    }
    return inNames(
      () => source.store.move(key, other, call),
      below => (below.equals(other) ? to : key.equals(below) ? from : source.nameOf(below)),
    )
  }

  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return this.#asked(key, (store, below) => store.versions(below, call)) ?? []
  }

  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return this.#asked(key, (store, below) => store.readVersion(below, id, call))
  }

  /** A call on one key that is neither often made nor a read or a write of its value. */
  #asked<T>(key: Key, ask: (store: OpenStore, below: Key) => Maybe<T>): Maybe<T> | undefined {
    const place = this.placeOf(key, 'look up', false)
    if (place === undefined) return undefined
    const below = place.below(key, 'look up')
    return inNames(
      () => ask(place.store, below),
      other => (other.equals(below) ? key : place.nameOf(other)),
    )
  }

  identity(key: Key, call: Call): Maybe<string> {
    const place = this.placeOf(key, 'look up', false)
    return place === undefined ? this.info.id + key.toString() : place.store.identity(place.below(key), call)
  }

  copiesOf(key: Key): Maybe<readonly CopyPlace[]> {
    const place = this.placeOf(key, 'look up', false)
    return place === undefined ? [] : [{ type: 'below', store: place.store, key: place.below(key) }]
  }

  /**
   * Makes one call on one key. Avoids closures, which each call would have to allocate.
   * @returns `undefined` if no place has the key.
   */
  #through<T>(
    work: (store: OpenStore, key: Key, call: Call, value: Payload) => Maybe<T>,
    action: string,
    key: Key,
    call: Call,
    isWrite: boolean,
    value?: Payload,
  ): Maybe<T> | undefined {
    const place = this.placeOf(key, action, isWrite)
    if (place === undefined) return undefined
    const below = place.below(key, action)
    try {
      const answer = work(place.store, below, call, value as Payload)
      return answer instanceof Promise && below !== key
        ? answer.catch((error: unknown) => fail(place, key, below, error))
        : answer
    } catch (error) {
      return fail(place, key, below, error)
    }
  }
}

const read = (store: OpenStore, key: Key, call: Call) => store.read(key, call)
const has = (store: OpenStore, key: Key, call: Call) => store.has(key, call)
const stat = (store: OpenStore, key: Key, call: Call) => store.stat(key, call)
const stream = (store: OpenStore, key: Key, call: Call) => store.stream(key, call)
const remove = (store: OpenStore, key: Key, call: Call) => store.remove(key, call)
const write = (store: OpenStore, key: Key, call: Call, value: Payload) => store.write(key, value, call)

/** A failure about the requested key names it as the caller does. The root is the only key without another name. */
function fail(place: Place, asked: Key, below: Key, error: unknown): never {
  throw inTermsOf(error, other => (other.equals(below) ? asked : place.nameOf(other)))
}

/**
 * Runs `work`; its failure names the caller's keys.
 * @param subject The caller's name of the key that the failure is about, where it is known without `nameOf`.
 */
export function inNames<T>(
  work: () => Maybe<T>,
  nameOf: (below: Key) => Key | undefined,
  subject?: Key,
): Maybe<T> {
  const named = (error: unknown): never => {
    throw inTermsOf(error, nameOf, subject)
  }
  try {
    const answer = work()
    return answer instanceof Promise ? answer.catch(named) : answer
  } catch (error) {
    return named(error)
  }
}

/** The changes of a place at and below `prefix`, in the caller's keys. */
export function changesOf(
  store: OpenStore,
  below: Key,
  nameOf: (below: Key) => Key | undefined,
  prefix: Key,
  call: Call,
): AsyncIterableIterator<Change> {
  return mapChanges({ store: watchable(store), prefix: below, restore: nameOf }, prefix, {
    signal: call.signal,
    span: call.span,
    recursive: call.options.recursive,
  })
}

/** An open store as watchers need it. */
export function watchable(store: OpenStore): Parameters<typeof mapChanges>[0]['store'] {
  return { watch: (prefix, options) => store.watch(prefix, Call.from(options ?? {})) }
}
