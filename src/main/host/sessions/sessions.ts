import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import type { ConnectionReport } from '../../../core/stack/connection-report.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { SecretSource } from '../../../core/stack/secret.ts'
import type { Environment } from '../../../shared/contract-constants.ts'
import type { Decisions, SessionInfo, Source, StackPlanInfo } from '../../../shared/procedures/sessions.ts'
import type { Log } from '../calls/describe-failure.ts'
import { arrangementOf } from '../history/arrangement.ts'
import type { JobUndo } from '../history/job-undo.ts'
import type { JournalFolders } from '../history/journal-folders.ts'
import type { Broadcast } from '../host-parts.ts'
import { LevelCache } from '../levels/level-cache.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { ChangeRecord } from './change-record.ts'
import { openChanging } from './open-changing.ts'
import { hostOf, normalizeSource, type OpenOptions, openSource } from './open-source.ts'
import { assertPlainJson, assertSendable } from './plain-json.ts'
import { Session, type SessionOptions } from './session.ts'
import { sourceIdentity } from './source-identity.ts'
import { stackOfStore } from './stack-of-store.ts'
import { StackStatus } from './stack-status.ts'
import { testStack } from './test-stack.ts'
import { placeOf, type UnfinishedChanges } from './unfinished-changes.ts'

/** The maximum number of open sessions. */
const MAX_SESSIONS = 100

export interface SessionsOptions {
  readonly dataDirectory: string
  /** The kinds that stacks can consist of. */
  readonly registry: Registry
  readonly secrets: SecretSource
  readonly workspace: Workspace
  /** Changes of stacks that an earlier run did not finish. */
  readonly changes: UnfinishedChanges
  readonly journals: JournalFolders
  readonly jobUndos: readonly JobUndo[]
  readonly broadcast: Broadcast
  readonly log: Log
}

type NewSession = Pick<
  SessionOptions,
  'source' | 'identity' | 'opened' | 'isReadOnly' | 'environment' | 'record'
> & {
  /** The source that the history is kept under; absent if the same stack cannot be opened again. */
  readonly lasting: Source | undefined
}

/** Every open stack. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #opens: OpenOptions
  readonly #levelCache = new LevelCache()
  readonly #open = new Map<string, Session>()
  /** Pending opens by source, so that opening one twice at the same time results in one session. */
  readonly #opening = new Map<string, Promise<Session>>()
  readonly #draining = new Set<Promise<void>>()
  /** Called with each session that opens. */
  onOpened: (session: Session) => void = () => undefined
  /** The number of sessions in this run for each id without its counter. */
  readonly #named = new Map<string, number>()

  constructor(options: SessionsOptions) {
    this.#options = options
    const { dataDirectory, registry, secrets } = options
    this.#opens = {
      sampleDirectory: join(dataDirectory, 'sample'),
      setAside: join(dataDirectory, 'aside'),
      registry,
      secrets,
    }
  }

  get infos(): SessionInfo[] {
    return [...this.#open.values()].map(session => session.info)
  }

  isOpen(id: string | undefined): boolean {
    return id !== undefined && this.#open.has(id)
  }

  /** Whether a session of the stack file at `path` is open. */
  isOpenFrom(path: string): boolean {
    return [...this.#open.values()].some(({ source }) => source.type !== 'sample' && source.path === path)
  }

  /** @throws DatastoreError `CLOSED` */
  get(id: string): Session {
    const session = this.#open.get(id)
    if (session !== undefined) return session
    throw new DatastoreError('CLOSED', `Cannot find session ${JSON.stringify(id)}: it is closed`)
  }

  /** The open session of a source. */
  find(source: Source): Session | undefined {
    return [...this.#open.values()].find(session => placeOf(session.source) === placeOf(source))
  }

  /** Opens a stack, or returns the session that already has it open. */
  async open(requested: Source, isReadOnly: boolean | undefined): Promise<SessionInfo> {
    const source = normalizeSource(requested)
    const identity = await sourceIdentity(source, this.#opens.registry)
    const session = await (this.#byIdentity(identity) ?? this.#openOnce(source, identity))
    const isLocked = isReadOnly ?? session.isReadOnly
    if (isLocked !== session.isReadOnly) session.isReadOnly = isLocked
    this.#options.workspace.remember({
      name: session.info.name,
      source: session.source,
      isReadOnly: isLocked,
    })
    this.#broadcastSessions()
    return session.info
  }

  async openStore(name: string, store: BinaryDatastore): Promise<SessionInfo> {
    const source: Source = { type: 'document', document: {} }
    const { registry } = this.#opens
    const status = new StackStatus()
    const stack = await stackOfStore(name, store, registry, hostOf(source, this.#opens, status))
    const { info } = this.#add({
      source: { ...source, document: stack.document },
      identity: undefined,
      opened: { stack, status },
      isReadOnly: false,
      environment: 'development',
      record: new ChangeRecord(this.#options.changes),
      lasting: undefined,
    })
    this.#broadcastSessions()
    return info
  }

  setReadOnly(id: string, isReadOnly: boolean): SessionInfo {
    const session = this.get(id)
    session.isReadOnly = isReadOnly
    this.#options.workspace.setReadOnly(session.source, isReadOnly)
    this.#broadcastSessions()
    return session.info
  }

  setEnvironment(id: string, environment: Environment): SessionInfo {
    const session = this.get(id)
    session.environment = environment
    this.#options.workspace.setEnvironment(session.source, environment)
    return environment === 'production' ? this.setReadOnly(id, true) : this.#changed(session)
  }

  #changed(session: Session): SessionInfo {
    this.#broadcastSessions()
    return session.info
  }

  /** Tests a document without creating a session. */
  test(document: unknown): Promise<ConnectionReport> {
    assertPlainJson(document)
    return testStack(document, this.#opens)
  }

  /** What `apply` would do. */
  async plan(id: string, document: unknown, signal?: AbortSignal): Promise<StackPlanInfo> {
    assertPlainJson(document)
    const { stack } = this.get(id)
    const running = stack.document
    return { running, ...(await stack.plan(document, { signal })) }
  }

  /**
   * Changes a session's stack. If that fails, the old stack stays in use.
   * @param decisions What may happen to data that would be lost or hidden.
   */
  apply(id: string, document: unknown, decisions: Decisions = {}): Promise<SessionInfo> {
    const session = this.get(id)
    return session.inTurn(async () => {
      assertPlainJson(document)
      const { source } = session
      try {
        await session.apply(document, { ...decisions, onBackgroundError: this.#onBackgroundError }, applied =>
          appliedSource(source, applied),
        )
      } finally {
        this.#broadcastSessions()
      }
      const { info } = session
      // The applied document is a new source, so what is remembered is stored for it too.
      this.#options.workspace.setEnvironment(info.source, session.environment)
      this.#options.workspace.remember({
        name: info.name,
        source: info.source,
        isReadOnly: session.isReadOnly,
      })
      return info
    })
  }

  async close(id: string): Promise<void> {
    const session = this.get(id)
    this.#open.delete(id)
    this.#broadcastSessions()
    await session.close()
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled(this.#opening.values())
    const sessions = [...this.#open.values()]
    this.#open.clear()
    const closings = await Promise.allSettled(sessions.map(session => session.close()))
    for (const closing of closings) {
      if (closing.status === 'rejected') this.#options.log('A session could not be closed', closing.reason)
    }
    await Promise.all(this.#draining)
  }

  readonly #onBackgroundError = (error: unknown): void => {
    this.#options.log('A stack was changed, but its background work failed afterwards', error)
  }

  #openOnce(source: Source, identity: string | undefined): Promise<Session> {
    if (identity === undefined) return this.#openNew(source, identity)
    const running = this.#opening.get(identity)
    if (running !== undefined) return running
    const opening = this.#openNew(source, identity).finally(() => this.#opening.delete(identity))
    this.#opening.set(identity, opening)
    return opening
  }

  async #openNew(source: Source, identity: string | undefined): Promise<Session> {
    const { changes, workspace } = this.#options
    const environment = workspace.environmentOf(source)
    const isReadOnly = environment === 'production' || (workspace.recentOf(source)?.isReadOnly ?? false)
    const unfinished = changes.find(source)
    if (unfinished === undefined) {
      const opened = await openSource(source, this.#opens)
      const record = new ChangeRecord(changes)
      return this.#add({ source, identity, opened, isReadOnly, environment, record, lasting: source })
    }
    const record = new ChangeRecord(changes, ...unfinished)
    const opened = await openChanging(source, unfinished[1], record, this.#opens, this.#onBackgroundError)
    const applied = appliedSource(source, opened.stack.document)
    return this.#add({ source: applied, identity, opened, isReadOnly, environment, record, lasting: source })
  }

  #add({ source, identity, opened, isReadOnly, environment, record, lasting }: NewSession): Session {
    if (this.#open.size >= MAX_SESSIONS) {
      this.#drain(opened.stack.close())
      const state = `${MAX_SESSIONS} are open, close one first`
      throw new DatastoreError('CONFLICT', `Cannot open another stack: ${state}`)
    }
    const id = this.#idFor(identity ?? JSON.stringify(source))
    const { broadcast, journals, jobUndos, registry } = this.#options
    const session = new Session({
      id,
      source,
      identity,
      opened,
      isReadOnly,
      environment,
      record,
      journal: journals.placeOf(lasting),
      jobUndos,
      arrangementOf: document => arrangementOf(document, registry),
      levelCache: this.#levelCache,
      broadcast,
    })
    try {
      assertSendable(session.info)
    } catch (error) {
      this.#drain(session.close())
      throw error
    }
    this.#open.set(id, session)
    this.onOpened(session)
    return session
  }

  /**
   * The same id for the first session of a source in every run, so that a page finds its sessions after a restart of
   * the host and never confuses two stacks. No id is used twice in one run.
   */
  #idFor(identity: string): string {
    const name = `session-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`
    const count = (this.#named.get(name) ?? 0) + 1
    this.#named.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  }

  #byIdentity(identity: string | undefined): Session | undefined {
    if (identity === undefined) return undefined
    return [...this.#open.values()].find(session => session.identity === identity)
  }

  #drain(closing: Promise<void>): void {
    const settled = closing
      .catch((error: unknown) => this.#options.log('A stack could not be closed', error))
      .finally(() => this.#draining.delete(settled))
    this.#draining.add(settled)
  }

  #broadcastSessions(): void {
    this.#options.broadcast('sessionsChanged', { sessions: this.infos })
  }
}

/** The source of a session after an edited document was applied. A document from a file still belongs to that file. */
function appliedSource(before: Source, document: unknown): Source {
  const isOfFile = before.type === 'stackFile' || before.type === 'document'
  return isOfFile && before.path !== undefined
    ? { type: 'document', document, path: before.path }
    : { type: 'document', document }
}
