import type { BinaryDatastore } from '../../core/datastore.ts'
import { nodeKinds } from '../../core/node/stack.ts'
import { Registry } from '../../core/stack/registry.ts'
import { secretNameFor, splitAddress } from '../../shared/address.ts'
import type { Channel } from '../../shared/channel.ts'
import type { SessionInfo, Source } from '../../shared/procedures/sessions.ts'
import type { Log } from './calls/describe-failure.ts'
import { FailureLog } from './calls/failure-log.ts'
import { type Connection, type OpenConnection, serveChannel } from './connection.ts'
import { allHandlers } from './handlers/all-handlers.ts'
import type { ShellActions } from './handlers/shell.ts'
import type { JobUndo } from './history/job-undo.ts'
import { JournalFolders } from './history/journal-folders.ts'
import type { Broadcast, PageFacts } from './host-parts.ts'
import { Jobs } from './jobs/jobs.ts'
import { ManyActions } from './many/many-actions.ts'
import { EvaluatorPool } from './query/evaluator-pool.ts'
import { type Keychain, Secrets } from './secrets/secrets.ts'
import { recognise } from './sessions/recognise.ts'
import { Sessions } from './sessions/sessions.ts'
import { UnfinishedChanges } from './sessions/unfinished-changes.ts'
import { ValueWorker } from './values/value-worker.ts'
import { PageStorage } from './workspace/page-storage.ts'
import { Workspace, type WorkspaceView } from './workspace/workspace.ts'
import type { WindowState } from './workspace/workspace-file.ts'

export interface HostOptions {
  /** Folder for the program's data: the workspace file and the sample. Created if missing. */
  readonly dataDirectory: string
  readonly shell: 'electron' | 'web'
  readonly appVersion: string
  /**
   * The kinds that stacks can consist of, for a program with kinds of its own: `new Registry([...nodeKinds, mine])`.
   * Default: `nodeKinds`, which folders and the sample need.
   */
  readonly registry?: Registry | undefined
  /** Functions of a desktop shell. If absent, the procedures that need them fail with `UNSUPPORTED`. */
  readonly shellActions?: ShellActions | undefined
  /** The system's keychain, if the shell can use one. Default: secrets are sealed with a passphrase. */
  readonly keychain?: Keychain | undefined
  /** Variables that hold secrets. Default: those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Milliseconds that a stream or an upload of a page may be idle before it is ended. Default: 10 min, 30 s. */
  readonly idleLimit?: number | undefined
  /** Receives defects, and failures of background work. Default: the console. */
  readonly log?: ((message: string, error: unknown) => void) | undefined
}

/** Everything behind the contract: sessions, levels, jobs, the workspace. Independent of windows and of the network. */
export interface Host {
  /** Serves the contract over a channel until it closes. */
  connect(channel: Channel, about?: PageFacts): Connection
  open(source: Source, options?: { readonly isReadOnly?: boolean | undefined }): Promise<SessionInfo>
  /** The source for a path, an address or `kind:path`. A password in it is kept until the program ends. */
  readonly recognise: (text: string) => Promise<Source>
  /** Creates a session for an existing store. Closing the session closes the store. */
  openStore(name: string, store: BinaryDatastore): Promise<SessionInfo>
  /** Makes connected and future pages show a session. */
  show(session: string): void
  /** Makes pages open their stack editor on a stack file that contains no valid stack. */
  offerCorrection(path: string): void
  readonly workspace: WorkspaceView
  /** The last state of the window. Setting it saves it; saves are coalesced. */
  windowState: WindowState | undefined
  /**
   * Ends every connection and job, closes every stack, and saves the workspace. A second call returns the promise of
   * the first one.
   */
  close(): Promise<void>
}

export async function createHost(options: HostOptions): Promise<Host> {
  const { dataDirectory, registry = new Registry(nodeKinds), idleLimit, log: report = logToConsole } = options
  const failures = new FailureLog(dataDirectory)
  const log: Log = Object.assign((message: string, error: unknown) => report(message, error), {
    record: (error: unknown) => failures.record(error),
  })
  const connections = new Set<OpenConnection>()
  const broadcast: Broadcast = (name, value, except) => {
    for (const { page } of connections) if (page !== except) page.emit(name, value)
  }
  const workspace = await Workspace.open(dataDirectory, log)
  const { keychain, environment = process.env } = options
  const storage = await PageStorage.open(dataDirectory, { keychain, log })
  workspace.onChange(state => broadcast('workspaceChanged', state))
  const secrets = new Secrets({ dataDirectory, keychain, environment })
  const changes = await UnfinishedChanges.open(dataDirectory, log)
  const remembered = {
    sources: workspace.state.recents.map(recent => recent.source),
    savedAt: workspace.savedAt,
  }
  const journals = await JournalFolders.open(dataDirectory, remembered, log)
  // Kinds of jobs that can be undone are added below, because they need the sessions.
  const jobUndos: JobUndo[] = []
  const sessions = new Sessions({
    dataDirectory,
    registry,
    secrets,
    workspace,
    changes,
    journals,
    jobUndos,
    broadcast,
    log,
  })
  const many = new ManyActions(dataDirectory, sessions, log)
  jobUndos.push(many)
  const jobs = new Jobs(many, broadcast, log)
  sessions.onOpened = session => {
    void jobs
      .resume(session)
      .catch((error: unknown) => log('An unfinished job could not be continued', error))
  }
  const values = new ValueWorker()
  const evaluators = new EvaluatorPool()
  let first: string | undefined
  const corrections = new Set<string>()
  const handlers = allHandlers({
    options,
    registry,
    sessions,
    jobs,
    workspace,
    journals,
    storage,
    secrets,
    evaluators,
    values,
    broadcast,
    first: () => (sessions.isOpen(first) ? first : undefined),
    corrections: () => [...corrections].filter(path => !sessions.isOpenFrom(path)),
  })
  let closing: Promise<void> | undefined

  async function end(): Promise<void> {
    const open = [...connections]
    for (const connection of open) connection.close()
    await Promise.all(open.map(connection => connection.ended))
    await jobs.cancelAll()
    await sessions.closeAll()
    await evaluators.close()
    await Promise.all([
      workspace.close(),
      changes.close(),
      journals.close(),
      storage.close(),
      secrets.close(),
      values.close(),
      failures.close(),
    ])
  }

  return {
    connect(channel, about = {}) {
      const connection = serveChannel(channel, { handlers, idleLimit, log, about })
      connections.add(connection)
      void connection.ended.then(() => connections.delete(connection))
      if (closing !== undefined) connection.close()
      return connection
    },
    open: (source, { isReadOnly } = {}) => sessions.open(source, isReadOnly),
    recognise: async text => {
      const { source } = await recognise(text, registry)
      const { password, ...server } = splitAddress(text.trim())
      if (password !== undefined) await secrets.keepForRun(secretNameFor(server), password)
      return source
    },
    openStore: async (name, store) => sessions.openStore(name, store),
    show(session) {
      first = session
      broadcast('sessionShown', { session })
    },
    offerCorrection(path) {
      corrections.add(path)
    },
    workspace,
    get windowState() {
      return workspace.windowState
    },
    set windowState(state) {
      workspace.windowState = state
    },
    close: () => (closing ??= end()),
  }
}

function logToConsole(message: string, error: unknown): void {
  console.error(message, error)
}
