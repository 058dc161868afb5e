import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats } from '../datastore.ts'
import { AbortError, isNotFound, NotFoundError } from '../errors.ts'
import { Key } from '../key.ts'
import type { Call, Maybe } from '../open/call.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { Payload } from '../open/payload.ts'
import { refusedOf } from '../open/refusals.ts'
import type {
  ByteStream,
  Found,
  Moved,
  Operation,
  Refused,
  Removed,
  Store,
  StoreInfo,
  Written,
} from '../open/store.ts'
import { LONGEST_TIMER } from '../options.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { streamFromFirst } from '../stream-from-first.ts'

/** The calls that a layer sees. `getMany`, `putNew`, batches and the like are made of these. */
export const VERBS = [
  'get',
  'getStream',
  'put',
  'delete',
  'has',
  'stat',
  'rename',
  'list',
  'query',
  'stats',
  'sync',
  'prune',
  'watch',
] as const

/** One of the calls that a layer sees. */
export type Verb = (typeof VERBS)[number]

/** What a call does, as a message says it: `Cannot look up "/a"`. */
export const ACTIONS: Readonly<Record<Verb, string>> = {
  get: 'get',
  getStream: 'get',
  put: 'put',
  delete: 'delete',
  has: 'look up',
  stat: 'stat',
  rename: 'rename',
  list: 'list',
  query: 'query',
  stats: 'count',
  sync: 'sync',
  prune: 'prune',
  watch: 'watch',
}

/** One call on its way down, as data. */
export interface Step {
  readonly verb: Verb
  /** The key, the prefix, or the old name of a rename; the root where a call is about no single key. */
  readonly key: Key
  readonly call: Call
  /** The new name of a rename. */
  readonly to?: Key | undefined
  /** The value of a put. */
  readonly value?: Payload | undefined
}

/**
 * Something around every call of a store: a layer says once what that is, and no verb can be forgotten. Absence and
 * refusal are answers (`refusalOf`), and an answer at hand comes without a promise: pass it on as it is.
 */
export interface Layer {
  /** The kind of the store that it makes. Default: that of the store below. */
  readonly name?: string | undefined
  /** Makes calls later, or more than once, so that they need turns of their own. Default false. */
  readonly delays?: boolean | undefined
  /**
   * Around a call that answers once. Default: untouched.
   * @param run Makes the call below, any number of times.
   */
  around?<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T>
  /** Around a call that streams: `getStream`, `query`, `watch`. Default: untouched. */
  aroundStream?<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T>
  /**
   * A batch passes whole, so that it stays as atomic as below, and the layer does not see it. Default false: a batch is
   * made of single calls here, so that each of them is seen.
   */
  readonly passesBatches?: boolean | undefined
  /** What is left of what the store below does. Default: all but native batches. */
  capabilities?(below: Capabilities): Capabilities
}

/** A store with a layer around it. */
export class LayeredStore implements Store {
  readonly order: 'gate' | 'below'
  readonly lent = true
  readonly batch?: (operations: Operation[], call: Call) => Maybe<void>
  readonly #layer: Layer
  /** Calls on one key pass without a step being made of them. */
  readonly #isTransparent: boolean
  #child: OpenStore

  constructor(child: OpenStore, layer: Layer) {
    this.#child = child
    this.#layer = layer
    this.#isTransparent = layer.around === undefined
    this.order = layer.delays === true ? 'gate' : 'below'
    if (layer.passesBatches === true) this.batch = (operations, call) => this.#child.batch(operations, call)
  }

  get info(): StoreInfo {
    const { kind, id } = this.#child.info
    return { kind: this.#layer.name ?? kind, id }
  }

  get capabilities(): Capabilities {
    const { capabilities } = this.#child
    const batch = this.batch === undefined ? 'none' : capabilities.batch
    const below: Capabilities = { ...capabilities, batch, transaction: 'none' }
    return this.#layer.capabilities?.(below) ?? below
  }

  get children(): readonly OpenStore[] {
    return [this.#child]
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    if (this.#isTransparent) return this.#child.read(key, call)
    return this.#around({ verb: 'get', key, call }, own => this.#child.read(key, own))
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    if (this.#isTransparent) return this.#child.write(key, value, call)
    return this.#around({ verb: 'put', key, call, value }, own => this.#child.write(key, value, own))
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    if (this.#isTransparent) return this.#child.remove(key, call)
    return this.#around({ verb: 'delete', key, call }, own => this.#child.remove(key, own))
  }

  has(key: Key, call: Call): Maybe<boolean> {
    if (this.#isTransparent) return this.#child.has(key, call)
    return this.#around({ verb: 'has', key, call }, own => this.#child.has(key, own))
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    if (this.#isTransparent) return this.#child.stat(key, call)
    return this.#around({ verb: 'stat', key, call }, own => this.#child.stat(key, own))
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    if (this.#layer.aroundStream === undefined) return this.#child.stream(key, call)
    return begun(
      this.#layer.aroundStream({ verb: 'getStream', key, call }, own => chunksOf(this.#child, key, own)),
    )
  }

  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    return this.#around({ verb: 'rename', key: from, to, call }, own => this.#child.move(from, to, own))
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.#around({ verb: 'list', key: prefix, call }, own => this.#child.list(prefix, own))
  }

  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> {
    const step: Step = { verb: 'query', key: parseQuery(query).prefix, call }
    return this.#aroundStream(step, own => this.#child.query(query, own))
  }

  explain(query: Query): QueryPlan {
    return this.#child.explain(query)
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.#around({ verb: 'stats', key: Key.root, call }, own => this.#child.stats(own))
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.#around({ verb: 'sync', key: prefix, call }, own => this.#child.sync(prefix, own))
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return this.#around({ verb: 'prune', key: prefix, call }, own => this.#child.prune(prefix, own))
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#aroundStream({ verb: 'watch', key: prefix, call }, own => this.#child.watch(prefix, own))
  }

  identity(key: Key, call: Call): Maybe<string> {
    return this.#child.identity(key, call)
  }

  over([child]: readonly OpenStore[]): Store {
    return new LayeredStore(child ?? this.#child, this.#layer)
  }

  rewire([child]: readonly OpenStore[]): void {
    this.#child = child ?? this.#child
  }

  #around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    return this.#layer.around === undefined ? run(step.call) : this.#layer.around(step, run)
  }

  #aroundStream<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T> {
    return this.#layer.aroundStream?.(step, run) ?? run(step.call)
  }
}

/** Changes nothing: every call passes as it is. */
export const TRANSPARENT: Layer = { passesBatches: true }

/** A store with a layer of one's own around it. */
export function layered<V>(store: Datastore<V>, layer: Layer): Datastore<V> {
  return new Datastore<V>(new LayeredStore(openStoreOf(store), layer), commonCodecOf([store]))
}

/** Why a call did nothing, by its answer; `undefined` where it did what it was asked. */
export function refusalOf({ verb }: Step, answer: unknown): Refused | undefined {
  return CAN_BE_REFUSED.has(verb) ? refusedOf(answer) : undefined
}

const CAN_BE_REFUSED: ReadonlySet<Verb> = new Set(['get', 'stat', 'put', 'delete', 'rename'])

async function* chunksOf(child: OpenStore, key: Key, call: Call): AsyncIterable<Uint8Array> {
  const chunks = await child.stream(key, call)
  if (chunks === undefined) throw new NotFoundError('get', key)
  yield* chunks
}

/** A stream whose first chunk is there, so that its version is fixed; `undefined` where the key is absent. */
async function begun(source: AsyncIterable<Uint8Array>): Promise<ByteStream | undefined> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    return streamFromFirst(await chunks.next(), chunks)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** Waits, for 24 days at most, unless the call is aborted first: then `AbortError`. */
export function pause(milliseconds: number, { verb, key, call }: Step): Promise<void> {
  const { cancel } = call
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        forget?.()
        resolve()
      },
      Math.min(milliseconds, LONGEST_TIMER),
    )
    const forget = cancel?.onAbort(() => {
      clearTimeout(timer)
      reject(new AbortError(ACTIONS[verb], { key, cause: cancel.reason }))
    })
  })
}
