import { createContext, useContext, useSyncExternalStore } from 'react'
import type { HistoryState } from '../../shared/procedures/history.ts'
import type { JobInfo } from '../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import type { Settings, WorkspaceState } from '../../shared/procedures/workspace.ts'
import type { ReconnectingClient } from '../api/client.ts'
import type { Hello } from '../api/connection.ts'
import { useHistory } from '../api/histories.ts'
import type { HostState, LiveValue } from '../api/host-state.ts'
import type { TextStorage } from '../api/host-storage.ts'
import type { LastReads } from '../api/last-reads.ts'
import type { Shell } from '../api/shell.ts'
import { useAppStore } from './state/app-store.ts'

/** The services of the window. */
export interface Services {
  readonly client: ReconnectingClient
  readonly state: HostState
  /** Storage that outlives the page. */
  readonly storage: TextStorage
  /** Which way the last reads took. */
  readonly reads: LastReads
  readonly hello: Hello
  readonly shell: Shell
  /** Renews a lost connection; rejects when the host can't be reached. */
  readonly reconnect: () => Promise<void>
}

export const ServicesContext = createContext<Services | undefined>(undefined)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('There are no services outside of the window')
  return services
}

export function useSessions(): readonly SessionInfo[] {
  return useLive(useServices().state.sessions) ?? NO_SESSIONS
}

/** The session that is shown. */
export function useCurrentSession(): SessionInfo | undefined {
  const id = useAppStore(state => state.session)
  return useSessions().find(session => session.id === id)
}

/** What the session that is shown records and can undo. */
export function useCurrentHistory(): HistoryState | undefined {
  return useHistory(
    useServices().state.histories,
    useAppStore(state => state.session),
  )
}

/** Whether keys of a session can be put and deleted now. */
export function canWriteTo(session: SessionInfo | undefined): session is SessionInfo {
  return session?.isWritable === true && !session.isReadOnly
}

export function useJobs(): readonly JobInfo[] {
  return useLive(useServices().state.jobs) ?? NO_JOBS
}

export function useWorkspace(): WorkspaceState {
  return useLive(useServices().state.workspace) ?? EMPTY_WORKSPACE
}

export function currentSettings({ state }: Services): Settings {
  return (state.workspace.get() ?? EMPTY_WORKSPACE).settings
}

const NO_SESSIONS: readonly SessionInfo[] = []
const NO_JOBS: readonly JobInfo[] = []
const EMPTY_WORKSPACE: WorkspaceState = {
  recents: [],
  settings: { theme: 'system', panels: {}, views: {} },
}

function useLive<T>(live: LiveValue<T>): T | undefined {
  return useSyncExternalStore(live.subscribe, live.get)
}
