import { setMaxListeners } from 'node:events'
import type { Capabilities } from '../../../core/capabilities.ts'
import type { BinaryDatastore, Change } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { type Layer, LayeredStore, refusalOf, type Step } from '../../../core/layers/layer.ts'
import { after, type Call, type Maybe } from '../../../core/open/call.ts'
import { Datastore, openStoreOf } from '../../../core/open/datastore.ts'
import { OpenStore } from '../../../core/open/open-store.ts'
import type { StackDocument } from '../../../core/stack/document.ts'
import type { ApplyOptions, Stack } from '../../../core/stack/stack.ts'
import type { Environment } from '../../../shared/contract-constants.ts'
import type { SessionInfo, SessionStatus, Source } from '../../../shared/procedures/sessions.ts'
import { SESSION_IS_LOCKED } from '../calls/describe-failure.ts'
import { Coalesced } from '../coalesced.ts'
import type { JobUndo } from '../history/job-undo.ts'
import type { JournalPlace } from '../history/journal-folders.ts'
import { RecordingStore } from '../history/recording-store.ts'
import { SessionHistory } from '../history/session-history.ts'
import type { Broadcast } from '../host-parts.ts'
import type { LevelCache } from '../levels/level-cache.ts'
import { SessionLevels } from '../levels/session-levels.ts'
import { FollowedLevels } from '../live/followed-levels.ts'
import { OwnWrites } from '../live/own-writes.ts'
import { SessionOverview } from '../overview/session-overview.ts'
import { SessionKeys } from '../search/session-keys.ts'
import { ChangeFeed, type StoreChange } from './change-feed.ts'
import type { ChangeRecord } from './change-record.ts'
import type { OpenedStack } from './open-source.ts'
import { assertSendable } from './plain-json.ts'

export interface SessionOptions {
  readonly id: string
  readonly source: Source
  /** Opening a source with the same identity returns this session; absent if there is no such source. */
  readonly identity: string | undefined
  readonly opened: OpenedStack
  readonly isReadOnly: boolean
  readonly environment: Environment
  readonly record: ChangeRecord
  /** Where the history of the session is kept. */
  readonly journal: JournalPlace
  readonly jobUndos: readonly JobUndo[]
  /** The arrangement of a document. */
  readonly arrangementOf: (document: StackDocument) => string
  readonly levelCache: LevelCache
  readonly broadcast: Broadcast
}

/** Milliseconds between two reports of the status. */
const STATUS_INTERVAL = 200

/** Milliseconds between two reports of what can be undone. */
const HISTORY_INTERVAL = 50

/** One open stack, with what the host keeps about it. The lock is a layer around the stack, so no call bypasses it. */
export class Session {
  readonly id: string
  readonly levels: SessionLevels
  /** All keys of the stack, for searches. */
  readonly keys: SessionKeys
  /** What the stack holds, for its first page. */
  readonly overview: SessionOverview
  /** The store that every call uses. Writes are recorded in the history. */
  readonly store: BinaryDatastore
  readonly history: SessionHistory
  /** What the stack is used for: development, production … */
  environment: Environment
  readonly #layer: SessionLayer
  readonly #open: OpenStore
  readonly #recorded: OpenStore
  readonly #arrangementOf: (document: StackDocument) => string
  #arrangement: string
  readonly #journal: JournalPlace
  readonly #closing = new AbortController()
  readonly #feed: ChangeFeed
  readonly #followed: FollowedLevels
  readonly #ownWrites: OwnWrites
  #source: Source
  #identity: string | undefined
  readonly #opened: OpenedStack
  readonly #record: ChangeRecord
  readonly #broadcast: Broadcast
  readonly #statusReports = new Coalesced(STATUS_INTERVAL, () =>
    this.#broadcast('sessionStatusChanged', { session: this.id, status: this.#statusNow }),
  )
  readonly #historyReports = new Coalesced(HISTORY_INTERVAL, () =>
    this.#broadcast('historyChanged', { session: this.id, state: this.history.state }),
  )
  #status: SessionStatus
  #turn: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.id = options.id
    this.#broadcast = options.broadcast
    // Every stream and upload adds a listener, and there may be many.
    setMaxListeners(0, this.closing)
    this.#source = options.source
    this.#identity = options.identity
    this.environment = options.environment
    this.#opened = options.opened
    this.#record = options.record
    this.#layer = new SessionLayer(
      options.isReadOnly,
      change => this.#note(change),
      key => this.#noteBranch(key),
    )
    this.#open = new OpenStore(new LayeredStore(openStoreOf(options.opened.stack.store), this.#layer))
    this.#journal = options.journal
    this.#arrangementOf = options.arrangementOf
    this.#arrangement = options.arrangementOf(options.opened.stack.document)
    this.history = new SessionHistory({
      session: this.id,
      store: this.#open,
      place: options.journal,
      arrangement: () => this.#arrangement,
      jobUndos: options.jobUndos,
      onChange: () => this.#historyReports.request(),
    })
    this.#recorded = new OpenStore(new RecordingStore(this.#open, this.history))
    this.store = new Datastore(this.#recorded)
    this.#feed = new ChangeFeed(this.id, options.broadcast)
    this.#followed = new FollowedLevels({
      store: this.store,
      nodes: () => this.stack.nodes,
      closing: this.closing,
      onChange: change => this.#onChange(change),
    })
    this.#ownWrites = new OwnWrites({
      recheck: key => this.#recheck(key),
      recheckBelow: branch => this.#recheckBelow(branch),
    })
    this.levels = new SessionLevels(this, options.levelCache, options.broadcast)
    this.keys = new SessionKeys(this)
    this.overview = new SessionOverview(this)
    this.#status = this.#statusNow
    options.opened.status.onChange = () => this.#noteStatus()
  }

  /** Fires when the session begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Whether a page is waiting for rows of the tree. */
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
    this.#recorded.redeclare()
  }

  get stack(): Stack {
    return this.#opened.stack
  }

  get info(): SessionInfo {
    const { stack } = this
    return this.#infoOf(stack.document, stack.nodes, this.#source)
  }

  /** The description for pages, of the running stack or of one that is to replace it. */
  #infoOf(document: StackDocument, nodes: Readonly<SessionInfo['nodes']>, source: Source): SessionInfo {
    const { writable, write } = this.stack.store.capabilities
    return {
      id: this.id,
      name: document.name ?? this.#opened.name ?? nodes[0]?.label ?? '',
      source,
      isReadOnly: this.isReadOnly,
      environment: this.environment,
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

  /** Refreshes what is shown: what was read while a server was unreachable, or keys were indexed, may be stale. */
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
   * Changes the stack to `document`; see `Stack.apply`.
   * @param sourceOf Returns the source of the stack once the document runs in it.
   */
  async apply(
    document: unknown,
    options: ApplyOptions,
    sourceOf: (document: StackDocument) => Source,
  ): Promise<void> {
    const plan = await this.stack.plan(document)
    const nodes = plan.nodes.filter(({ fate }) => fate !== 'gone')
    const source = sourceOf(plan.document)
    // A plan has no depths. None is larger than the number of nodes, and only the size of the message matters here.
    assertSendable(
      this.#infoOf(
        plan.document,
        nodes.map(node => ({ ...node, depth: nodes.length })),
        source,
      ),
    )
    try {
      await this.#make(plan.document, source, options)
      this.#source = source
      this.#journal.move(source)
      // A file keeps its identity when its stack is edited. A folder or the sample is one stack and no other.
      if (this.#identity?.startsWith('stackFile:') === false) this.#identity = undefined
    } finally {
      this.#arrangement = this.#arrangementOf(this.stack.document)
      // Even if the change failed: the former stack may have been opened again.
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

  /** Reads a level again; with `isDeep`, also everything below it. Call when others may have changed it. */
  refresh(prefix: Key, isDeep: boolean): void {
    this.levels.refresh(prefix, isDeep)
    this.keys.refresh()
    this.overview.noteAll()
  }

  /** As `refresh`, and makes the store read its keys again. Call when a person requests the current state. */
  readAgain(prefix: Key, isDeep: boolean): void {
    this.levels.askFor(prefix, isDeep)
    this.refresh(prefix, isDeep)
  }

  /** Reports changes by others on a level that a page shows, if the store reports them. */
  follow(level: Key): void {
    this.#followed.follow(level)
  }

  /** Makes pages request the figures of the session again. */
  reportStatus(): void {
    this.#statusReports.request()
  }

  /** Reads everything that is shown again, unless every change was reported. Call when the window gets the focus. */
  refreshAll(): void {
    // The overview shows keys of levels that are not followed.
    this.overview.restart()
    if (this.#followed.hasReportedAll) return
    this.#followed.renew()
    this.#recheckBelow(Key.root)
  }

  /** Ends streams, uploads and listings, waits for the calls in flight, and closes the stack. */
  close(): Promise<void> {
    this.#closing.abort()
    this.#feed.stop()
    this.#ownWrites.stop()
    this.#statusReports.stop()
    this.#historyReports.stop()
    this.#opened.status.onChange = () => undefined
    this.#closed ??= this.store.close().then(() => this.#record.endOnceSettled(this.stack))
    return this.#closed
  }

  /** Called when a whole branch has appeared or disappeared in one step. */
  #noteBranch(key: Key): void {
    this.refresh(key, true)
    for (let above = key; !above.isRoot; above = above.parent) this.levels.recheck(above)
    this.#feed.noteBranch(key)
  }

  #note(change: StoreChange): void {
    this.#ownWrites.wrote(change.key)
    this.#feed.note(change)
    this.levels.noteChange(change)
    this.keys.note(change.key, change.type === 'put')
    this.overview.note(change.key)
  }

  /** Called with each change that the store reports, made by others or through the session. */
  #onChange({ type, key }: Change): void {
    if (this.#ownWrites.isEcho(key)) return
    if (type === 'resync') {
      this.levels.recheck(key)
      this.#recheckBelow(key)
    } else {
      this.#feed.note({ type, key })
      this.levels.noteChange({ type, key })
      this.overview.note(key)
    }
  }

  /** Reads a key again that may differ from what is shown. */
  #recheck(key: Key): void {
    this.#feed.note({ type: 'put', key })
    this.levels.recheck(key)
    this.overview.note(key)
  }

  /** Reads everything at or below `branch` again, because it may differ from what is shown. */
  #recheckBelow(branch: Key): void {
    this.levels.refresh(branch, true)
    this.overview.noteAll()
    this.#feed.noteBranch(branch)
  }
}

/**
 * The layer around every call of a session: refuses writes while the session is locked, and reports successful ones.
 */
class SessionLayer implements Layer {
  isLocked: boolean
  readonly #onWrite: (change: StoreChange) => void
  readonly #onBranch: (key: Key) => void

  constructor(isLocked: boolean, onWrite: (change: StoreChange) => void, onBranch: (key: Key) => void) {
    this.isLocked = isLocked
    this.#onWrite = onWrite
    this.#onBranch = onBranch
  }

  capabilities(below: Capabilities): Capabilities {
    if (!this.isLocked || !below.writable) return below
    return { ...below, writable: false, whyReadOnly: SESSION_IS_LOCKED }
  }

  around<T>(step: Step, run: (call: Call) => Maybe<T>): Maybe<T> {
    if (!WRITES.has(step.verb)) return run(step.call)
    return after(run(step.call), answer => {
      if (step.verb === 'moveBranch') {
        if (answer === 'moved')
          for (const key of [step.key, step.to]) if (key !== undefined) this.#onBranch(key)
        return answer
      }
      if (refusalOf(step, answer) === undefined) this.#report(step)
      return answer
    })
  }

  #report({ verb, key, to, value }: Step): void {
    if (verb === 'put') {
      this.#onWrite({ type: 'put', key, size: value?.isStream === false ? value.bytes.length : undefined })
      return
    }
    if (verb === 'rename' && (to === undefined || to.equals(key))) return
    this.#onWrite({ type: 'delete', key })
    if (to !== undefined) this.#onWrite({ type: 'put', key: to })
  }
}

const WRITES: ReadonlySet<Step['verb']> = new Set(['put', 'delete', 'rename', 'moveBranch'])
