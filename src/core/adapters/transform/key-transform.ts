import { type Capabilities, Derived } from '../../capabilities.ts'
import type { Change, Child, ListOptions, ListPage, StoreStats } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import { Key, segmentProblem } from '../../key.ts'
import { LevelOfKeys, levelInfoOf, listOptionsOf, walkValues } from '../../list-page.ts'
import type { Call, Maybe } from '../../open/call.ts'
import { countByWalk } from '../../open/completion.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../../open/datastore.ts'
import { idOfObject } from '../../open/identity.ts'
import type { OpenStore } from '../../open/open-store.ts'
import { StoreQuerySource } from '../../open/query-source.ts'
import type { StoreInfo } from '../../open/store.ts'
import { changesOf, inNames, type Place, RoutedStore } from '../routed-store.ts'

/** A mapping between the caller's keys and the keys of the store below. */
export interface KeyTransform {
  /** The key below for a key of the caller. */
  to(key: Key): Key
  /** The caller's key for a key below; `undefined` if no key of the caller maps to it. */
  from(key: Key): Key | undefined
  /**
   * Whether `to` maps each segment to one segment in the same order of names, so that a level here is a level below.
   * Default false: then a listing walks the whole store below.
   */
  readonly keepsLevels?: boolean | undefined
  /** Several keys of the caller may map to one key below. */
  readonly manyToOne?: boolean | undefined
}

/** A store whose values have other keys below than the caller's. */
class KeyTransformStore extends RoutedStore implements Place {
  readonly store: OpenStore
  readonly children: readonly OpenStore[]
  readonly #transform: KeyTransform
  readonly #capabilities: Derived<Capabilities>

  constructor(store: OpenStore, transform: KeyTransform) {
    super()
    this.store = store
    this.children = [store]
    this.#transform = transform
    const { keepsLevels = false, manyToOne = false } = transform
    this.#capabilities = new Derived(() => {
      const below = store.capabilities
      return {
        ...below,
        batch: 'none',
        transaction: 'none',
        list: keepsLevels ? below.list : 'store',
        query: keepsLevels ? below.query : 'scan',
        manyToOne: manyToOne || below.manyToOne,
        // Keys may be longer or shorter below, where their length is checked.
        limits: { ...below.limits, keyBytes: undefined, segmentBytes: undefined },
      }
    })
  }

  get info(): StoreInfo {
    const transform = idOfObject('transform', this.#transform)
    return { kind: 'key-transform', id: `${transform}(${this.store.info.id})` }
  }

  get capabilities(): Capabilities {
    return this.#capabilities.value
  }

  protected placeOf(): Place {
    return this
  }

  below(key: Key, action = 'look up'): Key {
    if (key.isRoot) return key
    const below = this.#transform.to(key)
    if (!below.isRoot) return below
    throw failure('KEY_INVALID', action, key, 'the key transform answers the root, which holds no value')
  }

  nameOf(below: Key): Key | undefined {
    return this.#transform.from(below)
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    const list = this.#transform.keepsLevels === true ? listThroughLevel : listThroughWalk
    // The listing below serves the level here, so its failure names that.
    return inNames(
      () => list(new StoreQuerySource(this.store), prefix, this.#transform, listOptionsOf(call)),
      below => (below.isRoot ? undefined : this.#transform.from(below)),
      prefix,
    )
  }

  stats(call: Call): Promise<StoreStats> {
    return countByWalk(this, Key.root, call)
  }

  sync(_prefix: Key, call: Call): Maybe<void> {
    return this.store.sync(Key.root, call)
  }

  /**
   * If levels here are not levels below, no branch here corresponds to an empty branch below. Everything is pruned,
   * from the root only.
   */
  prune(prefix: Key, call: Call): Maybe<void> {
    if (this.#transform.keepsLevels !== true && !prefix.isRoot) return undefined
    return inNames(
      () => this.store.prune(this.below(prefix), call),
      below => (below.isRoot ? undefined : this.#transform.from(below)),
      prefix,
    )
  }

  /** If levels here are not levels below, all changes of the store below are examined. */
  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    const { keepsLevels = false } = this.#transform
    const nameOf = (below: Key): Key | undefined => {
      const own = below.isRoot ? undefined : this.#transform.from(below)
      const isWatched = keepsLevels || own?.equals(prefix) === true || (own && prefix.isAncestorOf(own))
      return isWatched === true ? own : undefined
    }
    const [below, own] = keepsLevels ? [this.below(prefix), call] : [Key.root, call.bare]
    return changesOf(this.store, below, nameOf, prefix, own)
  }
}

/**
 * Keeps values under other keys than the caller's. A key below that no key of the caller maps to is invisible here: it
 * is neither listed nor counted.
 */
export class KeyTransformDatastore<V = Uint8Array> extends Datastore<V> {
  constructor(store: Datastore<V>, transform: KeyTransform) {
    super(new KeyTransformStore(openStoreOf(store), transform), commonCodecOf([store]))
  }
}

/** One page of a level that is also a level below, without children that no key of the caller maps to. */
async function listThroughLevel(
  store: StoreQuerySource,
  prefix: Key,
  transform: KeyTransform,
  options: ListOptions & { readonly limit: number },
): Promise<ListPage> {
  const { limit } = options
  const children: Child[] = []
  const cursor = () => (children.length === 0 ? {} : { cursor: children.at(-1)?.name })
  let after = options.after === undefined ? undefined : nameBelow(options.after, prefix, transform)
  for (;;) {
    const page = await store.list(transform.to(prefix), { ...options, after, limit: Math.max(1, limit) })
    const levelInfo = levelInfoOf([page])
    for (const child of page.children) {
      if (children.length >= limit) return { children, ...cursor(), ...levelInfo }
      const key = transform.from(child.key)
      if (key !== undefined) children.push({ ...child, name: key.lastSegment, key })
    }
    if (page.cursor === undefined) return { children, ...levelInfo }
    if (children.length >= limit) return { children, ...cursor(), ...levelInfo }
    after = page.cursor
  }
}

/** A page may start after any text. A text that cannot be a name is used unchanged. */
function nameBelow(name: string, prefix: Key, transform: KeyTransform): string {
  return segmentProblem(name) === undefined
    ? transform.to(prefix.childOfCleanSegment(name)).lastSegment
    : name
}

/** One page of a level whose children may be anywhere below: every key of the store is examined. */
async function listThroughWalk(
  store: StoreQuerySource,
  prefix: Key,
  transform: KeyTransform,
  options: ListOptions,
): Promise<ListPage> {
  const level = new LevelOfKeys(prefix)
  for await (const below of walkValues(store, Key.root, options)) {
    const key = transform.from(below.key)
    if (key !== undefined) level.add(key, below.size)
  }
  return level.page(options)
}

/**
 * Keys in lower case (by Unicode's default mapping, independent of the locale): `/Films` and `/FILMS` are `/films`. A
 * key below with upper-case letters cannot be reached.
 */
export const lowercase: KeyTransform = {
  keepsLevels: true,
  manyToOne: true,
  to: key => Key.of(...key.segments.map(segment => segment.toLowerCase())),
  from: key => (key.segments.every(segment => segment === segment.toLowerCase()) ? key : undefined),
}
