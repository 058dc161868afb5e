import { sameBytes } from '../bytes.ts'
import { forEachBounded } from '../concurrency/for-each-bounded.ts'
import { withinTime } from '../concurrency/within-time.ts'
import type { CallOptions, Stat } from '../datastore.ts'
import { failure, isAborted, NotFoundError } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { statOf } from '../open/completion.ts'
import type { CopyPlace, PlaceBelow } from '../open/copy-place.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { Found } from '../open/store.ts'

/** One place of a stack where the value of a key may be. */
export interface Residence {
  /** The node that keeps the place. */
  readonly node: string
  /** The key in this node. */
  readonly key: Key
  /** Whether the node holds copies of what another place has. */
  readonly isCopy: boolean
  /**
   * `unflushed`, `unflushed-delete`: a write was acknowledged, and waits to reach the other places. `unknown`: the store
   * does not report where its values are.
   */
  readonly state: 'present' | 'absent' | 'unflushed' | 'unflushed-delete' | 'failed' | 'unknown'
  /** What is stored there. Its size is that of the stored form. */
  readonly stat?: Stat | undefined
  /** Bytes of the value, where it was decoded for the comparison. */
  readonly valueSize?: number | undefined
  /** Places with the same number hold the same value. Absent where the value was not compared. */
  readonly content?: number | undefined
  /** Why the place cannot say what it has, or why its value could not be read. */
  readonly error?: unknown
}

/** Where the value of one key is. */
export interface Residency {
  readonly key: Key
  /** In the order in which a read asks. Leaves that cannot hold the key are not among them. */
  readonly places: readonly Residence[]
  /** Whether the places that have a value have the same. `single`: fewer than two have one. */
  readonly agreement: 'single' | 'same' | 'different' | 'unknown'
}

/** What is compared, and how long to wait for a place. */
export interface ResidencyOptions extends CallOptions {
  /** Values of at most this many bytes are read to be compared. 0: none is read. Default 1 MiB. */
  readonly compareBytes?: number | undefined
  /** Milliseconds until a place that gives no answer is reported as failed. Default: no limit. */
  readonly placeWait?: number | undefined
}

/** A value as one place has it, decoded. */
export interface ValueAtNode {
  readonly bytes: Uint8Array
  readonly stat: Stat
}

type Decode = NonNullable<PlaceBelow['decode']>

/** A place and the way back from it: what decodes its value, the lowest store first. */
interface Location {
  readonly node: string
  readonly key: Key
  readonly isCopy: boolean
  readonly decoders: readonly Decode[]
  readonly store?: OpenStore | undefined
  readonly pending?: { readonly found: Found | undefined } | undefined
  readonly error?: unknown
}

const DEFAULT_COMPARED = 1024 * 1024
/** Keys that are looked up at once. */
const AT_ONCE = 8

/** Looks at the places of keys without an effect on any of them. */
export class ResidencyWalk {
  readonly #root: OpenStore
  readonly #ids: ReadonlyMap<OpenStore, string>
  readonly #call: Call
  readonly #placeWait: number | undefined

  /** @param ids The node of each open store that is one. */
  constructor(root: OpenStore, ids: ReadonlyMap<OpenStore, string>, call: Call, placeWait?: number) {
    this.#placeWait = placeWait
    this.#root = root
    this.#ids = ids
    this.#call = call
  }

  async of(keys: readonly Key[], compareBytes = DEFAULT_COMPARED): Promise<readonly Residency[]> {
    const found: Residency[] = []
    await forEachBounded(keys.entries(), AT_ONCE, async ([index, key]) => {
      found[index] = await this.#ofKey(key, compareBytes)
    })
    return found
  }

  /**
   * @throws DatastoreError `NOT_FOUND` if the node does not have the key, `VALUE_INVALID` if the value is longer than
   * `limit`.
   */
  async valueAt(node: string, key: Key, limit: number): Promise<ValueAtNode> {
    for (const location of await this.#locations(key)) {
      if (location.node !== node) continue
      if (location.error !== undefined) throw location.error as Error
      const stat = await this.#statOf(location)
      if (stat === undefined) continue
      const found = await this.#valueOf(location, stat, limit)
      if (found === 'absent') continue
      if (found === 'large')
        throw failure('VALUE_INVALID', 'get', key, `the value has more than ${limit} bytes`)
      return { bytes: found.bytes, stat }
    }
    throw new NotFoundError('get', key)
  }

  async #ofKey(key: Key, limit: number): Promise<Residency> {
    const locations = await this.#locations(key)
    const first = await this.#residencyOf(key, locations, limit)
    // A write may have passed between two places. Then the second look finds them equal.
    return first.agreement === 'different' ? this.#residencyOf(key, await this.#locations(key), limit) : first
  }

  async #residencyOf(key: Key, locations: readonly Location[], limit: number): Promise<Residency> {
    const stats = await Promise.all(locations.map(location => this.#residence(location)))
    const held = stats.flatMap(({ stat }, index) => (stat === undefined ? [] : [index]))
    if (held.length < 2) return { key, places: stats, agreement: 'single' }
    const contents: Uint8Array[] = []
    const places = [...stats]
    for (const index of limit === 0 ? [] : held) {
      const [location, place] = [locations[index], places[index]]
      if (location !== undefined && place !== undefined)
        places[index] = await this.#compared(location, place, limit, contents)
    }
    return { key, places, agreement: agreementOf(places, locations) }
  }

  async #residence(location: Location): Promise<Residence> {
    const { node, key, isCopy, pending, store } = location
    const place = { node, key, isCopy }
    if (location.error !== undefined) return { ...place, state: 'failed', error: location.error }
    if (pending !== undefined) {
      const stat = statOf(pending.found)
      return stat === undefined
        ? { ...place, state: 'unflushed-delete' }
        : { ...place, state: 'unflushed', stat }
    }
    if (store === undefined) return { ...place, state: 'unknown' }
    try {
      const stat = await this.#statOf(location)
      return stat === undefined ? { ...place, state: 'absent' } : { ...place, state: 'present', stat }
    } catch (error) {
      if (isAborted(error)) throw error
      return { ...place, state: 'failed', error }
    }
  }

  async #compared(
    location: Location,
    place: Residence,
    limit: number,
    contents: Uint8Array[],
  ): Promise<Residence> {
    try {
      const found = await this.#valueOf(location, place.stat, limit)
      if (found === 'large') return place
      // It was removed after its stat was read.
      if (found === 'absent') return { ...place, state: 'absent', stat: undefined }
      const known = contents.findIndex(bytes => sameBytes(bytes, found.bytes))
      const content = known < 0 ? contents.push(found.bytes) - 1 : known
      return { ...place, content, ...(location.decoders.length > 0 && { valueSize: found.bytes.length }) }
    } catch (error) {
      if (isAborted(error)) throw error
      return { ...place, error }
    }
  }

  #statOf({ pending, store, key }: Location): Stat | undefined | Promise<Stat | undefined> {
    if (pending !== undefined) return statOf(pending.found)
    return this.#inTime(key, store?.peekStat(key, this.#call))
  }

  /** @throws DatastoreError `TIMEOUT` */
  #inTime<T>(key: Key, answer: Maybe<T>): Maybe<T> {
    const wait = this.#placeWait
    if (wait === undefined || !(answer instanceof Promise)) return answer
    return withinTime(answer, wait).then(isInTime => {
      if (isInTime) return answer
      throw failure('TIMEOUT', 'look up', key, `the store gave no answer within ${wait} ms`)
    })
  }

  async #valueOf(
    location: Location,
    stat: Stat | undefined,
    limit: number,
  ): Promise<Found | 'large' | 'absent'> {
    if (stat !== undefined && stat.size > limit) return 'large'
    const { pending, store, key } = location
    let found = pending === undefined ? await this.#inTime(key, store?.peek(key, this.#call)) : pending.found
    if (found === undefined) return 'absent'
    for (const decode of location.decoders) {
      found = await decode(found, limit)
      if (found === undefined) return 'large'
    }
    return found.bytes.length > limit ? 'large' : found
  }

  async #locations(key: Key): Promise<readonly Location[]> {
    const root = this.#ids.get(this.#root) ?? ''
    const locations: Location[] = []
    await this.#walk(this.#root, { node: root, key, isCopy: false, decoders: [] }, locations)
    return locations
  }

  /** @param at What is known about the place so far. */
  async #walk(store: OpenStore, at: Location, locations: Location[]): Promise<void> {
    const here = { ...at, node: this.#ids.get(store) ?? at.node }
    let places: readonly CopyPlace[] | undefined
    try {
      places = await store.copiesOf(at.key, this.#call)
    } catch (error) {
      if (isAborted(error)) throw error
      locations.push({ ...here, error })
      return
    }
    if (places === undefined) {
      const isAdapter = store.store.children !== undefined && store.store.children.length > 0
      locations.push(isAdapter ? here : { ...here, store })
      return
    }
    for (const place of places) {
      if (place.type === 'pending') locations.push({ ...here, pending: place })
      else await this.#walk(place.store, below(here, place), locations)
    }
  }
}

function below(here: Location, { key, isCopy = false, decode }: PlaceBelow): Location {
  const { node, decoders } = here
  return {
    node,
    key,
    isCopy: here.isCopy || isCopy,
    decoders: decode === undefined ? decoders : [decode, ...decoders],
  }
}

/** Places without a decoder that have different sizes differ, also where their values were too large to be read. */
function agreementOf(places: readonly Residence[], locations: readonly Location[]): Residency['agreement'] {
  const held = places.filter(({ stat }) => stat !== undefined)
  if (held.length < 2) return 'single'
  const contents = new Set(held.map(({ content }) => content))
  contents.delete(undefined)
  if (contents.size > 1) return 'different'
  const sizes = places.flatMap(({ stat }, index) =>
    stat === undefined || locations[index]?.decoders.length !== 0 ? [] : [stat.size],
  )
  if (new Set(sizes).size > 1) return 'different'
  return held.every(({ content }) => content !== undefined) ? 'same' : 'unknown'
}
