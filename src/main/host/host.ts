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
import type { Broadcast, PageFacts } from './host-parts.ts'
import { Jobs } from './jobs/jobs.ts'
import { type Keychain, Secrets } from './secrets/secrets.ts'
import { recognise } from './sessions/recognise.ts'
import { Sessions } from './sessions/sessions.ts'
import { UnfinishedChanges } from './sessions/unfinished-changes.ts'
import { PageStorage } from './workspace/page-storage.ts'
import { Workspace, type WorkspaceView } from './workspace/workspace.ts'
import type { WindowState } from './workspace/workspace-file.ts'

export interface HostOptions {
  /** Folder for what the program keeps: the workspace file and the sample. Made when absent. */
  readonly dataDirectory: string
  readonly shell: 'electron' | 'web'
  readonly appVersion: string
  /**
   * The kinds that stacks may be made of, for a program that has kinds of its own: `new Registry([...nodeKinds, mine])`.
   * Default: `nodeKinds`, which folders and the sample need.
   */
  readonly registry?: Registry | undefined
  /** What only a desktop shell can do. Absent, those procedures answer `UNSUPPORTED`. */
  readonly shellActions?: ShellActions | undefined
  /** The system's keychain, where the shell can reach one. Default: secrets are sealed with a passphrase. */
  readonly keychain?: Keychain | undefined
  /** Variables that hold secrets. Default: those of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Milliseconds that a page may leave a stream or an upload alone before it is ended. Default: 10 min, 30 s. */
  readonly idleLimit?: number | undefined
  /** Told of defects and of what goes wrong with nobody waiting for it. Default: the console. */
  readonly log?: ((message: string, error: unknown) => void) | undefined
}

/** Everything behind the contract: sessions, levels, jobs, the workspace. Knows no window and no network. */
export interface Host {
  /** Serves the contract over a channel until it closes. */
  connect(channel: Channel, about?: PageFacts): Connection
  open(source: Source, options?: { readonly isReadOnly?: boolean | undefined }): Promise<SessionInfo>
  /** What a path, an address or `kind:path` names. A password in it is kept until the program ends. */
  readonly recognise: (text: string) => Promise<Source>
  /** Makes a session of a store that exists already. Closing the session closes the store. */
  openStore(name: string, store: BinaryDatastore): Promise<SessionInfo>
  /** Names the session that pages show, those that are open and those that come. */
  show(session: string): void
  /** Has pages open their stack editor on this stack file, which holds no valid stack. */
  offerCorrection(path: string): void
  readonly workspace: WorkspaceView
  /** Where the window stood when it was last seen; setting it saves it, coalesced. */
  windowState: WindowState | undefined
  /** Ends every connection and job, closes every stack, and saves the workspace. A second call is the first one's promise. */
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
  const storage = await PageStorage.open(dataDirectory, log)
  workspace.onChange(state => broadcast('workspaceChanged', state))
  const { keychain, environment = process.env } = options
  const secrets = new Secrets({ dataDirectory, keychain, environment })
  const changes = await UnfinishedChanges.open(dataDirectory, log)
  const sessions = new Sessions({ dataDirectory, registry, secrets, workspace, changes, broadcast, log })
  const jobs = new Jobs(broadcast, log)
  let first: string | undefined
  const corrections = new Set<string>()
  const handlers = allHandlers({
    options,
    registry,
    sessions,
    jobs,
    workspace,
    storage,
    secrets,
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
    await Promise.all([
      workspace.close(),
      changes.close(),
      storage.close(),
      secrets.close(),
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
