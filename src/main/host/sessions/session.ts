import { setMaxListeners } from 'node:events'
import type { Capabilities } from '../../../core/capabilities.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { type Layer, LayeredStore, refusalOf, type Step } from '../../../core/layers/layer.ts'
import { after, type Call, type Maybe } from '../../../core/open/call.ts'
import { Datastore, openStoreOf } from '../../../core/open/datastore.ts'
import { OpenStore } from '../../../core/open/open-store.ts'
import type { StackDocument } from '../../../core/stack/document.ts'
import type { ApplyOptions, Stack } from '../../../core/stack/stack.ts'
import type { SessionInfo, SessionStatus, Source } from '../../../shared/procedures/sessions.ts'
import { Coalesced } from '../coalesced.ts'
import type { Broadcast } from '../host-parts.ts'
import type { LevelCache } from '../levels/level-cache.ts'
import { SessionLevels } from '../levels/session-levels.ts'
import { SessionKeys } from '../search/session-keys.ts'
import { ChangeFeed, type StoreChange } from './change-feed.ts'
import type { ChangeRecord } from './change-record.ts'
import type { OpenedStack } from './open-source.ts'
import { assertCarriable } from './plain-json.ts'

export interface SessionOptions {
  readonly id: string
  readonly source: Source
  /** What makes another opening of the same source this session; absent when nothing does. */
  readonly identity: string | undefined
  readonly opened: OpenedStack
  readonly isReadOnly: boolean
  readonly record: ChangeRecord
  readonly levelCache: LevelCache
  readonly broadcast: Broadcast
}

/** Milliseconds between two reports of the status. */
const STATUS_INTERVAL = 200

/** One open stack and everything that is done with it. Its lock is a layer, so that nothing gets round it. */
export class Session {
  readonly id: string
  readonly levels: SessionLevels
  /** All its keys, for searches. */
  readonly keys: SessionKeys
  /** The store that every call goes to. */
  readonly store: BinaryDatastore
  readonly #layer: SessionLayer
  readonly #open: OpenStore
  readonly #closing = new AbortController()
  readonly #feed: ChangeFeed
  #source: Source
  #identity: string | undefined
  readonly #opened: OpenedStack
  readonly #record: ChangeRecord
  readonly #broadcast: Broadcast
  readonly #statusReports = new Coalesced(STATUS_INTERVAL, () =>
    this.#broadcast('sessionStatusChanged', { session: this.id, status: this.#statusNow }),
  )
  #status: SessionStatus
  #turn: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.id = options.id
    // Every stream and upload listens, and there may be many.
    setMaxListeners(0, this.closing)
    this.#source = options.source
    this.#identity = options.identity
    this.#opened = options.opened
    this.#record = options.record
    this.#layer = new SessionLayer(options.isReadOnly, change => this.#note(change))
    this.#open = new OpenStore(new LayeredStore(openStoreOf(options.opened.stack.store), this.#layer))
    this.store = new Datastore(this.#open)
    this.#feed = new ChangeFeed(this.id, options.broadcast)
    this.levels = new SessionLevels(this, options.levelCache, options.broadcast)
    this.keys = new SessionKeys(this)
    this.#broadcast = options.broadcast
    this.#status = this.#statusNow
    options.opened.status.onChange = () => this.#noteStatus()
  }

  /** Fires when the session begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Whether somebody waits for rows of the tree. */
  get isBusy(): boolean {
    return this.levels.isAwaited
  }

  get source(): Source {
    return this.#source
  }

  get identity(): string | undefined {
    return this.#identity
  }

  get isReadOnly(): boolean {
    return this.#layer.isLocked
  }

  set isReadOnly(isReadOnly: boolean) {
    this.#layer.isLocked = isReadOnly
    this.#open.redeclare()
  }

  get stack(): Stack {
    return this.#opened.stack
  }

  get info(): SessionInfo {
    const { stack } = this
    return this.#infoOf(stack.document, stack.nodes, this.#source)
  }

  /** What pages are told, of the stack that runs or of one that is to take its place. */
  #infoOf(document: StackDocument, nodes: Readonly<SessionInfo['nodes']>, source: Source): SessionInfo {
    const { writable, write } = this.stack.store.capabilities
    return {
      id: this.id,
      name: document.name ?? this.#opened.name ?? nodes[0]?.label ?? '',
      source,
      isReadOnly: this.isReadOnly,
      isWritable: writable,
      keepsExpiry: write.ttl,
      document: { ...document },
      nodes: nodes.map(({ id, kind, label, path, depth }) => ({ id, kind, label, path, depth })),
      status: this.#statusNow,
    }
  }

  get #statusNow(): SessionStatus {
    return this.#opened.status.of(this.stack.nodes)
  }

  /** What was read while a server was away, or not all keys were known, may be another by now. */
  #noteStatus(): void {
    const before = this.#status
    const status = this.#statusNow
    this.#status = status
    this.#statusReports.request()
    const isBack = before.lost !== undefined && status.lost === undefined
    const isIndexed = before.indexing !== undefined && status.indexing === undefined
    if (isBack || isIndexed) this.refresh(Key.root, true)
    else if (status.indexing !== undefined) this.levels.grow()
    if (isBack) this.#feed.noteBranch(Key.root)
  }

  /** Runs changes of the session itself one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /**
   * Changes the stack into `document`; see `Stack.apply`.
   * @param sourceOf Where the stack comes from once the document runs in it.
   */
  async apply(
    document: unknown,
    options: ApplyOptions,
    sourceOf: (document: StackDocument) => Source,
  ): Promise<void> {
    const plan = await this.stack.plan(document)
    const nodes = plan.nodes.filter(({ fate }) => fate !== 'gone')
    const source = sourceOf(plan.document)
    // A plan tells no depths; none is larger than the number of nodes, and the size of the message is what counts here.
    assertCarriable(
      this.#infoOf(
        plan.document,
        nodes.map(node => ({ ...node, depth: nodes.length })),
        source,
      ),
    )
    try {
      await this.#make(plan.document, source, options)
      this.#source = source
      // A file stays the same file while its stack is edited; a folder or the sample is one stack and no other.
      if (this.#identity?.startsWith('stackFile:') === false) this.#identity = undefined
    } finally {
      // Also where the old stack was opened again, or could not be.
      this.refresh(Key.root, true)
      this.#feed.noteBranch(Key.root)
      this.#statusReports.request()
    }
  }

  async #make(document: StackDocument, source: Source, options: ApplyOptions): Promise<void> {
    const { stack } = this
    const onMoved = () => void this.#record.endOnceSettled(stack)
    const apply = () => stack.apply(document, { ...options, onMoved })
    if (options.misplaced !== 'move' && this.#record.isEmpty) {
      await apply()
      return
    }
    const sources = [this.#source, source]
    try {
      await this.#record.during({ before: stack.document, after: document, sources }, apply)
    } finally {
      await this.#record.endOnceSettled(stack)
    }
  }

  /** Looks at a level again, and `isDeep` at all below it: others may have changed it. */
  refresh(prefix: Key, isDeep: boolean): void {
    this.levels.refresh(prefix, isDeep)
    this.keys.refresh()
  }

  /** Ends streams, uploads and listings, waits for the calls in flight, and closes the stack. */
  close(): Promise<void> {
    this.#closing.abort()
    this.#feed.stop()
    this.#statusReports.stop()
    this.#opened.status.onChange = () => undefined
    this.#closed ??= this.store.close().then(() => this.#record.endOnceSettled(this.stack))
    return this.#closed
  }

  #note(change: StoreChange): void {
    this.#feed.note(change)
    this.levels.noteChange(change)
    this.keys.note(change.key, change.type === 'put')
  }
}

/** What every call of a session passes: refuses writes while the session is locked, and tells of those that succeed. */
class SessionLayer implements Layer {
  isLocked: boolean
  readonly #tell: (change: StoreChange) => void

  constructor(isLocked: boolean, tell: (change: StoreChange) => void) {
    this.isLocked = isLocked
    this.#tell = tell
  }

  capabilities(below: Capabilities): Capabilities {
    return { ...below, writable: below.writable && !this.isLocked }
  }

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    if (!WRITES.has(step.verb)) return run(step.call)
    return after(run(step.call), answer => {
      if (refusalOf(step, answer) === undefined) this.#told(step)
      return answer
    })
  }

  #told({ verb, key, to, value }: Step): void {
    if (verb === 'put') {
      this.#tell({ type: 'put', key, size: value?.isStream === false ? value.bytes.length : undefined })
      return
    }
    if (verb === 'rename' && (to === undefined || to.equals(key))) return
    this.#tell({ type: 'delete', key })
    if (to !== undefined) this.#tell({ type: 'put', key: to })
  }
}

const WRITES: ReadonlySet<Step['verb']> = new Set(['put', 'delete', 'rename'])
