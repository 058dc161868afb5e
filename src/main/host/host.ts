import type { BinaryDatastore } from '../../core/datastore.ts'
import type { Channel } from '../../shared/channel.ts'
import type { SessionInfo, Source } from '../../shared/procedures/sessions.ts'
import type { ShellActions } from './shell-actions.ts'
import type { WindowState } from './workspace/window-state.ts'
import type { WorkspaceView } from './workspace/workspace.ts'

export interface HostOptions {
  /** Folder for what the program keeps: the workspace file and the sample. Made when absent. */
  readonly dataDirectory: string
  readonly shell: 'electron' | 'web'
  readonly appVersion: string
  /** What only a desktop shell can do. Absent, those procedures answer `UNSUPPORTED`. */
  readonly shellActions?: ShellActions | undefined
}

/** One page that talks to the host. Its calls, streams and uploads end with it; sessions and jobs live on. */
export interface Connection {
  close(): void
}

/** Everything behind the contract: sessions, levels, jobs, the workspace. Knows no window and no network. */
export interface Host {
  /** Serves the contract over a channel until it closes. */
  connect(channel: Channel): Connection
  open(source: Source, options?: { readonly isReadOnly?: boolean | undefined }): Promise<SessionInfo>
  /** Makes a session of a store that exists already. Closing the session closes the store. */
  openStore(name: string, store: BinaryDatastore): Promise<SessionInfo>
  /** Names the session that pages show first. */
  showFirst(session: string): void
  readonly workspace: WorkspaceView
  /** Where the window stood when it was last seen; setting it saves it, coalesced. */
  windowState: WindowState | undefined
  /** Ends every connection and job, closes every stack, and saves the workspace. */
  close(): Promise<void>
}
