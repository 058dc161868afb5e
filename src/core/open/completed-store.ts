import { chunksOf, clampRange, cutRange, piecesOf } from '../bytes.ts'
import { type Capabilities, Derived, type Scope } from '../capabilities.ts'
import { ChangeHub } from '../changes/change-hub.ts'
import type { Change, Entry, ListPage, Stat, StoreStats, ValueVersion } from '../datastore.ts'
import { failure } from '../errors.ts'
import { Key } from '../key.ts'
import { refuseRoot } from '../options.ts'
import { planOf, planOver } from '../query/plan.ts'
import type { Query, QueryPlan } from '../query/query.ts'
import { after, type Call, type Maybe } from './call.ts'
import { collected, countByWalk, refuseLongKey, refuseLongValue, statOf } from './completion.ts'
import { moveBetween } from './move-between.ts'
import { Payload } from './payload.ts'
import { checkConditions } from './refusals.ts'
import { derivedStream } from './started-stream.ts'
import type {
  BranchFolder,
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  SetAside,
  Store,
  Written,
} from './store.ts'

/**
 * A store on which every call is available. Calls that the store lacks are made of calls that it has. A call that is
 * neither declared nor can be completed is refused. The caller (`SequencedStore`) makes each call in the turn of its
 * keys.
 */
export class CompletedStore {
  readonly store: Store
  readonly #declared: Derived<{
    /** What the store itself declares. */
    readonly own: Capabilities
    readonly capabilities: Capabilities
    readonly isLimited: boolean
  }>
  /** Changes made through this store, if the store reports none itself. */
  readonly #changes: ChangeHub | undefined

  constructor(store: Store, changes = new ChangeHub()) {
    this.store = store
    this.#declared = new Derived(() => {
      const own = store.capabilities
      const isLimited = !own.writable || Object.values(own.limits).some(limit => limit !== undefined)
      return { own, capabilities: completed(store), isLimited }
    })
    this.#changes = store.watch === undefined ? changes : undefined
  }

  /** What a caller gets: what the store declares, and what is completed here. */
  get capabilities(): Capabilities {
    return this.#declared.value.capabilities
  }

  /** A completed store with the same watchers: for another store, or for new declarations of this one. */
  redeclared(store: Store): CompletedStore {
    return new CompletedStore(store, this.#changes)
  }

  has(key: Key, call: Call): Maybe<boolean> {
    if (this.store.has !== undefined) return this.store.has(key, call)
    const stat = this.stat(key, call)
    return stat instanceof Promise ? stat.then(one => one !== undefined) : stat !== undefined
  }

  stat(key: Key, call: Call): Maybe<Stat | undefined> {
    const { store } = this
    if (store.stat !== undefined) return store.stat(key, call)
    const found = store.read(key, call)
    return found instanceof Promise ? found.then(statOf) : statOf(found)
  }

  stream(key: Key, call: Call): Maybe<ByteStream | undefined> {
    const { store } = this
    if (store.stream !== undefined) {
      if (!isRangeLeft(store, call)) return store.stream(key, call)
      const range = clampRange(call.options, Number.MAX_SAFE_INTEGER)
      const { fresh } = call.options
      return after(store.stream(key, call.with({ fresh })), chunks =>
        chunks === undefined ? undefined : derivedStream(chunks, cutRange(chunks, range)),
      )
    }
    const found = store.read(key, call)
    const pieces = (one: Found | undefined) =>
      one === undefined ? undefined : piecesOf(one.bytes, key, { ...call.options, signal: call.signal })
    return found instanceof Promise ? found.then(pieces) : pieces(found)
  }

  write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const { write, limits } = this.#declared.value.own
    if (call.options.ttl !== undefined && !write.ttl) {
      throw failure('UNSUPPORTED', 'put', key, 'the store does not support a time to live (ttl)')
    }
    if (value.isStream && limits.valueBytes !== undefined) {
      return this.#limitedWrite(key, value, call, limits.valueBytes)
    }
    return this.#write(key, value, call)
  }

  /**
   * Whether a value is a stream that must be collected here. A store with order `below` passes it on at once: the child
   * that collects it holds the turn of the key that it is written to.
   */
  collects(value: Payload): boolean {
    return value.isStream && !this.store.capabilities.write.stream && this.store.order !== 'below'
  }

  /** Writes a stream; stops reading where it exceeds the limit of the store. */
  async #limitedWrite(key: Key, value: Payload, call: Call, limit: number): Promise<Written> {
    const limited = Payload.stream(upTo(limit, key, value, call))
    try {
      return await this.#write(key, limited, call)
    } finally {
      limited.discard()
    }
  }

  #write(key: Key, value: Payload, call: Call): Maybe<Written> {
    const { write } = this.#declared.value.own
    const written =
      isConditionLeft(write, call) || this.collects(value)
        ? this.#completedWrite(key, value, call)
        : this.store.write(key, value, call)
    return this.#changes === undefined ? written : announced(this.#changes, { type: 'put', key }, written)
  }

  async #completedWrite(key: Key, value: Payload, call: Call): Promise<Written> {
    const { write } = this.store.capabilities
    const bytes = await collected(key, value, call)
    if (!isConditionLeft(write, call)) return this.store.write(key, Payload.kept(bytes), call)
    const refused = checkConditions((await this.stat(key, call.with({ fresh: true })))?.etag, call.options)
    if (refused !== undefined) return { refused }
    return this.store.write(key, Payload.kept(bytes), call.with({ ttl: call.options.ttl }))
  }

  remove(key: Key, call: Call): Maybe<Removed> {
    const mustCheck = call.options.ifMatch !== undefined && this.store.capabilities.remove.ifMatch === 'none'
    const removed = mustCheck ? this.#checkedRemove(key, call) : this.store.remove(key, call)
    return this.#changes === undefined ? removed : announced(this.#changes, { type: 'delete', key }, removed)
  }

  async #checkedRemove(key: Key, call: Call): Promise<Removed> {
    const current = await this.stat(key, call.with({ fresh: true }))
    if (current === undefined) return 'absent'
    return current.etag === call.options.ifMatch ? this.store.remove(key, call.bare) : 'changed'
  }

  /** Moves the value of one key to another key. */
  move(from: Key, to: Key, call: Call): Maybe<Moved> {
    const { store } = this
    if (store.move === undefined || store.capabilities.rename === 'none') {
      return moveBetween({ store: this, key: from, name: from }, { store: this, key: to, name: to }, call)
    }
    const moved = store.move(from, to, call)
    if (this.#changes === undefined || from.equals(to)) return moved
    return announced(
      this.#changes,
      { type: 'put', key: to },
      announced(this.#changes, { type: 'delete', key: from }, moved),
    )
  }

  /** Applies operations in order. After a failure, `operations` holds what was not applied. */
  async batch(operations: Operation[], call: Call): Promise<void> {
    const { store } = this
    if (store.batch !== undefined && store.capabilities.batch !== 'none') {
      const most = Math.max(1, store.capabilities.limits.batch ?? operations.length)
      if (store.capabilities.batch === 'atomic' && operations.length > most) {
        const state = `it has ${operations.length} operations, and this store applies at most ${most} as one`
        throw failure('UNSUPPORTED', 'commit a batch', undefined, state)
      }
      // Even for an empty batch, since a store may have to repeat a flush that failed.
      do await this.#batch(store.batch.bind(store), operations, most, call)
      while (operations.length > 0)
      return
    }
    let applied = 0
    try {
      for (const operation of operations) {
        call.throwIfAborted('commit a batch')
        if (operation.type === 'delete') await this.remove(operation.key, call.bare)
        else await this.write(operation.key, Payload.kept(operation.bytes), call.bare)
        applied++
      }
    } finally {
      operations.splice(0, applied)
    }
  }

  /** Applies the first operations, as many as the store accepts at once. */
  async #batch(
    apply: NonNullable<Store['batch']>,
    operations: Operation[],
    most: number,
    call: Call,
  ): Promise<void> {
    const part = operations.splice(0, most)
    const given = [...part]
    try {
      await apply(part, call)
      part.length = 0
    } finally {
      operations.unshift(...part)
      given.length -= part.length
      for (const { type, key } of given) this.#changes?.emit({ type, key })
    }
  }

  read(key: Key, call: Call): Maybe<Found | undefined> {
    return this.store.read(key, call)
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    return this.store.list(prefix, call)
  }

  stats(call: Call): Maybe<StoreStats> {
    return this.store.stats === undefined ? countByWalk(this, Key.root, call) : this.store.stats(call)
  }

  sync(prefix: Key, call: Call): Maybe<void> {
    return this.store.sync?.(prefix, call)
  }

  prune(prefix: Key, call: Call): Maybe<void> {
    return this.store.prune?.(prefix, call)
  }

  moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Maybe<BranchMoved> {
    const moved = this.store.moveBranch?.(from, to, call) ?? 'unsupported'
    if (this.#changes === undefined) return moved
    const changes = this.#changes
    return after(moved, answer => {
      for (const key of [from, to]) {
        if (answer === 'moved' && key instanceof Key) changes.emit({ type: 'resync', key })
      }
      return answer
    })
  }

  discardBranch(place: SetAside, call: Call): Maybe<void> {
    return this.store.discardBranch?.(place, call)
  }

  branchFolder(place: BranchPlace, call: Call): Maybe<BranchFolder | undefined> {
    return this.store.branchFolder?.(place, call)
  }

  explain(query: Query): QueryPlan {
    if (this.store.explain !== undefined) return this.store.explain(query)
    const { info, capabilities, children = [] } = this.store
    if (capabilities.query === 'partial') {
      return planOver(
        info.kind,
        query,
        children.map(store => store.explain(query)),
      )
    }
    return planOf(info.kind, query, () => capabilities.query === 'native')
  }

  /** The store's own answer to a query, if it has one. */
  query(query: Query, call: Call): AsyncIterable<Entry<Uint8Array>> | undefined {
    return this.store.query?.(query, call)
  }

  watch(prefix: Key, call: Call): AsyncIterable<Change> {
    if (this.#changes === undefined) return this.store.watch?.(prefix, call) ?? nothing()
    return this.#changes.watch(prefix, { signal: call.signal }, () => undefined)
  }

  versions(key: Key, call: Call): Maybe<readonly ValueVersion[]> {
    return (this.store.capabilities.history && this.store.versions?.(key, call)) || []
  }

  readVersion(key: Key, id: string, call: Call): Maybe<Uint8Array | undefined> {
    return this.store.capabilities.history ? this.store.readVersion?.(key, id, call) : undefined
  }

  /** Identifies the place where a key's value lives: the same text for every store that shares it. */
  identity(key: Key, call: Call): Maybe<string> {
    return this.store.identity?.(key, call) ?? this.store.info.id + key.toString()
  }

  /** @throws DatastoreError if the store refuses writes, or this key or value. */
  refuseWrite(action: string, key: Key, value?: Payload): void {
    if (key.isRoot && (action === 'put' || action === 'rename to')) refuseRoot(action, key)
    if (!this.#declared.value.isLimited) return
    const { writable, whyReadOnly, limits } = this.#declared.value.own
    if (!writable) throw failure('READ_ONLY', action, key, whyReadOnly ?? 'the store is read-only')
    if (!OF_OLD_KEYS.has(action)) refuseLongKey(action, key, limits)
    if (value !== undefined && !value.isStream && limits.valueBytes !== undefined) {
      refuseLongValue(key, value.bytes.length, limits.valueBytes)
    }
  }

  /** Ends the watches of a store that reports no changes itself. */
  endWatches(): void {
    this.#changes?.close()
  }
}

/** Actions on existing keys. They do not check the length of a key: one that is too long is absent. */
const OF_OLD_KEYS: ReadonlySet<string> = new Set(['delete', 'rename', 'prune', 'move the branch'])

/** Whether a write has a condition that its store does not check. */
function isConditionLeft(write: Capabilities['write'], { options }: Call): boolean {
  const { ifMatch, create, replace } = options
  if (ifMatch !== undefined && write.ifMatch === 'none') return true
  return !(create && replace) && write.ifAbsent === 'none'
}

/** Whether the requested range must be cut here, because a backend reads only whole values. Adapters pass ranges on. */
function isRangeLeft({ capabilities, children }: Store, { options: { start, end } }: Call): boolean {
  return (start !== undefined || end !== undefined) && !capabilities.read.range && children === undefined
}

/**
 * The chunks of a stream, up to a limit. The stream is taken at the first pull; until then the caller of the write can
 * still close it.
 */
async function* upTo(limit: number, key: Key, value: Payload, call: Call): AsyncIterable<Uint8Array> {
  let size = 0
  for await (const chunk of chunksOf(value.take(), key, call.signal)) {
    size += chunk.length
    refuseLongValue(key, size, limit)
    yield chunk
  }
}

/** The capabilities that a store declares, with completed ones in place of those for which it has no call. */
function completed(store: Store): Capabilities {
  const { capabilities } = store
  const { read, write, remove, limits } = capabilities
  const completedScope = (scope: Scope): Scope => (scope === 'none' ? 'process' : scope)
  const batch = store.batch === undefined || capabilities.batch === 'none' ? 'ordered' : capabilities.batch
  return {
    ...capabilities,
    read: store.stream === undefined ? { ...read, range: false, stream: false } : read,
    write: { ...write, ifAbsent: completedScope(write.ifAbsent), ifMatch: completedScope(write.ifMatch) },
    remove: { ifMatch: completedScope(remove.ifMatch) },
    rename: store.move === undefined || capabilities.rename === 'none' ? 'copy' : capabilities.rename,
    batch,
    // If operations apply one after another, a long batch is applied in parts.
    limits: batch === 'atomic' ? limits : { ...limits, batch: undefined },
    watch: store.watch === undefined ? 'own' : capabilities.watch,
    transaction: store.begin === undefined ? transactionBelow(store) : capabilities.transaction,
  }
}

/** An adapter without state over one store uses the transactions of that store. */
function transactionBelow(store: Store): Capabilities['transaction'] {
  const [child, ...others] = store.children ?? []
  return store.over === undefined || child === undefined || others.length > 0
    ? 'none'
    : child.capabilities.transaction
}

/** Reports a change to watchers once its call has taken effect. */
function announced<T>(changes: ChangeHub, change: Change, result: Maybe<T>): Maybe<T> {
  const report = (answer: T): T => {
    if (changes.hasWatchers && hasChanged(answer)) changes.emit(change)
    return answer
  }
  if (!(result instanceof Promise)) return report(result)
  return result.then(report, (error: unknown) => {
    // A write that failed may have taken effect.
    changes.emit({ type: 'resync', key: change.key })
    throw error
  })
}

/** Whether the answer of a write says that it took effect. */
function hasChanged(answer: unknown): boolean {
  if (typeof answer === 'string') return answer === 'removed' || answer === 'moved'
  return (answer as Written).refused === undefined
}

async function* nothing(): AsyncIterable<never> {}
