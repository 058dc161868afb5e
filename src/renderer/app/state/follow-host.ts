import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { attempt } from '../actions/failures.ts'
import { manyEnded } from '../actions/many-actions.ts'
import { editStackFile, openSource, showSession } from '../actions/session-actions.ts'
import type { Services } from '../services.ts'
import { begunStacks, filesWithDraft } from '../tabs/stack-drafts.ts'
import { keepSessions, openTab } from '../tabs/tabs-model.ts'
import { changeTabs, useAppStore } from './app-store.ts'

const LAST_SESSION = 'strata.session'

/** Keeps the window's view state in step with the host's sessions and jobs. @returns A function that ends it. */
export function followHost(services: Services): () => void {
  const { client, state, hello } = services
  let asked = state.shown.get()
  const running = new Set<string>()
  const followSessions = (): void => {
    const sessions = state.sessions.get() ?? []
    const wanted = sessions.find(({ id }) => id === asked)
    if (wanted !== undefined) {
      asked = undefined
      showSession(services, wanted)
    }
    sessionsChanged(services, sessions)
    followServers(sessions)
  }
  for (const spec of begunStacks(services.storage)) {
    changeTabs(tabs => openTab(tabs, spec, { isPreview: false, current: useAppStore.getState().session }))
  }
  let lost: readonly string[] = []
  const followServers = (sessions: readonly SessionInfo[]): void => {
    const back = sessions.filter(({ id, status }) => status.lost === undefined && lost.includes(id))
    lost = sessions.filter(({ status }) => status.lost !== undefined).map(({ id }) => id)
    useAppStore.setState(({ session }) => ({ isServerLost: session !== undefined && lost.includes(session) }))
    for (const { name } of back) showToast({ tone: 'success', message: `The server of "${name}" is back` })
  }
  const followJobs = (): void => {
    for (const job of state.jobs.get() ?? []) {
      if (job.state === 'running') running.add(job.id)
      else if (running.delete(job.id)) manyEnded(services, job)
    }
  }
  followJobs()
  const first = firstSession(state.sessions.get() ?? [], hello.session)
  if (useAppStore.getState().session === undefined && first !== undefined) showSession(services, first)
  if (asked !== undefined) followSessions()
  followServers(state.sessions.get() ?? [])
  for (const path of hello.corrections) attempt(() => openSource(services, { type: 'stackFile', path }))
  for (const path of filesWithDraft(services.storage)) {
    if (!hello.corrections.includes(path)) attempt(() => editStackFile(services, path))
  }
  const refresh = (): void => {
    const { session } = useAppStore.getState()
    if (session !== undefined) attempt(() => client.call('sessions.lookAgain', { session }))
  }
  addEventListener('focus', refresh)
  const ends = [
    () => removeEventListener('focus', refresh),
    state.sessions.subscribe(followSessions),
    state.shown.subscribe(() => {
      // The session may become known after the request to show it.
      asked = state.shown.get()
      followSessions()
    }),
    state.jobs.subscribe(followJobs),
    client.onLost(() => useAppStore.setState({ isConnected: false })),
    useAppStore.subscribe(({ session }) => rememberSession(session)),
  ]
  return () => {
    for (const end of ends) end()
  }
}

/** After a reload, the session that was shown; otherwise the one named by the host, or any. */
function firstSession(sessions: readonly SessionInfo[], named: string | undefined): SessionInfo | undefined {
  const find = (id: string | undefined): SessionInfo | undefined => sessions.find(other => other.id === id)
  const shown = isReload() ? find(sessionStorage.getItem(LAST_SESSION) ?? undefined) : undefined
  return shown ?? find(named) ?? sessions[0]
}

function isReload(): boolean {
  return performance.getEntriesByType('navigation').some(entry => 'type' in entry && entry.type === 'reload')
}

function sessionsChanged(services: Services, sessions: readonly SessionInfo[]): void {
  const ids = new Set(sessions.map(session => session.id))
  const { session } = useAppStore.getState()
  useAppStore.setState(({ tabs }) => ({ tabs: keepSessions(tabs, ids) }))
  if (session !== undefined && ids.has(session)) return
  const [next] = sessions
  if (next !== undefined) showSession(services, next)
  else useAppStore.setState({ session: undefined, subject: undefined })
}

function rememberSession(session: string | undefined): void {
  if (session !== undefined) sessionStorage.setItem(LAST_SESSION, session)
}
