import type { Capabilities } from '../capabilities.ts'
import type { Change, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../datastore.ts'
import { AbortError, isNotFound, NotFoundError } from '../errors.ts'
import { Key } from '../key.ts'
import type { SearchableKeys } from '../key-index/search/searchable-keys.ts'
import type { Call, Maybe } from '../open/call.ts'
import type { CopyPlace } from '../open/copy-place.ts'
import { commonCodecOf, Datastore, openStoreOf } from '../open/datastore.ts'
import type { OpenStore } from '../open/open-store.ts'
import type { Payload } from '../open/payload.ts'
import { refusedOf } from '../open/refusals.ts'
import type {
  BranchFolder,
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Operation,
  Refused,
  Removed,
  SetAside,
  Store,
  StoreInfo,
  Written,
} from '../open/store.ts'
import { MAX_TIMER } from '../options.ts'
import { parseQuery } from '../query/parse-query.ts'
import type { Query, QueryPlan } from '../query/query.ts'

/** The calls that a layer sees. `getMany`, `putNew`, batches and others consist of these. */
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
  'moveBranch',
  'watch',
] as const

/** One of the calls that a layer sees. */
export type Verb = (typeof VERBS)[number]

/** What a call does, as in messages: `Cannot look up "/a"`. */
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
  moveBranch: 'move the branch',
  watch: 'watch',
}

/** One call on its way to the store, as data. */
export interface Step {
  readonly verb: Verb
  /** The key, the prefix, or the old name of a rename; the root if the call is not about one key. */
  readonly key: Key
  readonly call: Call
  /** The new name of a rename, or the new place of a branch. */
  readonly to?: Key | undefined
  /** The value of a put. */
  readonly value?: Payload | undefined
}

/**
 * Code that runs around every call of a store. A layer handles all calls in one place, so that no verb can be
 * forgotten. Absence and refusal are answers (`refusalOf`). An answer may come without a promise: return it as it is.
 */
export interface Layer {
  /** The kind of the resulting store. Default: that of the store below. */
  readonly name?: string | undefined
  /** The layer makes calls later, or more than once, so they need turns of their own. Default false. */
  readonly delays?: boolean | undefined
  /**
   * Runs around a call with one answer. Default: the call itself.
   * @param run Makes the call below. Can be called any number of times.
   */
  around?<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T>
  /** Runs around a call that streams: `getStream`, `query`, `watch`. Default: the call itself. */
  aroundStream?<T>(step: Step, run: (call: Call) => AsyncIterable<T>): AsyncIterable<T>
  /**
   * Whether a batch passes as a whole, as atomic as below and unseen by the layer. Default false: a batch is split into
   * single calls, which the layer sees.
   */
  readonly passesBatches?: boolean | undefined
  /** The capabilities that remain of those below. Default: all but native batches. */
  capabilities?(below: Capabilities): Capabilities
}

/** A store with a layer around it. */
export class LayeredStore implements Store {
  readonly order: 'gate' | 'below'
  readonly lent = true
  readonly batch?: (operations: Operation[], call: Call) => Maybe<void>
  readonly #layer: Layer
  /** Calls on one key pass without creating a step. */
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
    return startedStream(
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

  /** A branch that is set aside or taken back has only one key: its step is about that. */
  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    const keys = [from, to].filter(place => place instanceof Key)
    const step: Step = { verb: 'moveBranch', key: keys[0] ?? Key.root, to: keys[1], call }
    return this.#around(step, own => this.#child.moveBranch(from, to, own))
  }

  discardBranch(place: SetAside, call: Call): Maybe<void> {
    return this.#child.discardBranch(place, call)
  }

  branchFolder(place: BranchPlace, call: Call): Maybe<BranchFolder | undefined> {
    return this.#child.branchFolder(place, call)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    return this.#aroundStream({ verb: 'watch', key: prefix, call }, own => this.#child.watch(prefix, own))
  }

  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return this.#around({ verb: 'list', key, call }, own => this.#child.versions(key, own))
  }

  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return this.#around({ verb: 'get', key, call }, own => this.#child.readVersion(key, id, own))
  }

  identity(key: Key, call: Call): Maybe<string> {
    return this.#child.identity(key, call)
  }

  /** The layer is about calls. Where values are does not depend on it. */
  copiesOf(key: Key): readonly CopyPlace[] {
    return [{ type: 'below', store: this.#child, key }]
  }

  /** None where the layer has to see the reads. */
  fileOf(key: Key): string | undefined {
    return this.#isTransparent && this.#layer.aroundStream === undefined ? this.#child.fileOf(key) : undefined
  }

  /** The layer is about calls, not about keys. */
  keyIndex(): SearchableKeys | undefined {
    return this.#child.keyIndex()
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

/** A store with a custom layer around it. */
export function layered<V>(store: Datastore<V>, layer: Layer): Datastore<V> {
  return new Datastore<V>(new LayeredStore(openStoreOf(store), layer), commonCodecOf([store]))
}

/** Why a call did nothing, by its answer; `undefined` if it took effect. */
export function refusalOf({ verb }: Step, answer: unknown): Refused | undefined {
  // A read is refused by absence alone.
  if (verb === 'get' || verb === 'stat') return answer === undefined ? 'absent' : undefined
  return CAN_BE_REFUSED.has(verb) ? refusedOf(answer) : undefined
}

const CAN_BE_REFUSED: ReadonlySet<Verb> = new Set(['put', 'delete', 'rename'])

async function* chunksOf(child: OpenStore, key: Key, call: Call): AsyncIterable<Uint8Array> {
  const chunks = await child.stream(key, call)
  if (chunks === undefined) throw new NotFoundError('get', key)
  yield* chunks
}

/** A stream whose first chunk has been read, so that its version is fixed; `undefined` if the key is absent. */
async function startedStream(source: AsyncIterable<Uint8Array>): Promise<ByteStream | undefined> {
  const chunks = source[Symbol.asyncIterator]()
  try {
    return streamFromFirst(await chunks.next(), chunks)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/**
 * Waits, for 24 days at most.
 * @throws AbortError if the call is aborted first.
 */
export function pause(milliseconds: number, { verb, key, call }: Step): Promise<void> {
  const { cancel } = call
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        forget?.()
        resolve()
      },
      Math.min(milliseconds, MAX_TIMER),
    )
    const forget = cancel?.onAbort(() => {
      clearTimeout(timer)
      reject(new AbortError(ACTIONS[verb], { key, cause: cancel.reason }))
    })
  })
}

/** The rest of a stream whose first item was already pulled. Closing it closes the stream, even if nothing was read. */
export function streamFromFirst<T>(
  first: IteratorResult<T>,
  rest: AsyncIterator<T>,
): AsyncIterableIterator<T, undefined> {
  let pulled: IteratorResult<T> | undefined = first
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      const step = pulled ?? (await rest.next())
      pulled = undefined
      return step.done === true ? { done: true, value: undefined } : step
    },
    async return() {
      pulled = undefined
      await rest.return?.()
      return { done: true, value: undefined }
    },
  }
}
