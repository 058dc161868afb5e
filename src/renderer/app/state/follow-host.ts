import type { JobInfo } from '../../../shared/procedures/jobs.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { showToast } from '../../ui/toasts.ts'
import { failureHint } from '../actions/failure-hint.ts'
import { keyRenamed, keysMessage } from '../actions/key-actions.ts'
import { showSession } from '../actions/session-actions.ts'
import type { Services } from '../services.ts'
import { keepSessions } from '../tabs/tab-keys.ts'
import { useAppStore } from './app-store.ts'

/** Keeps the window's view state in step with the host's sessions and jobs. @returns A function that ends it. */
export function followHost({ client, state, hello }: Services): () => void {
  const followSessions = (): void => sessionsChanged(state.sessions.get() ?? [])
  const [first] = state.sessions.get() ?? []
  const wanted = state.sessions.get()?.find(session => session.id === (hello.session ?? lastSession()))
  if (useAppStore.getState().session === undefined && (wanted ?? first) !== undefined) {
    showSession((wanted ?? first) as SessionInfo)
  }
  const ends = [
    state.sessions.subscribe(followSessions),
    client.on('jobChanged', jobChanged),
    client.onLost(() => useAppStore.setState({ isConnected: false })),
    useAppStore.subscribe(({ session }) => rememberSession(session)),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function sessionsChanged(sessions: readonly SessionInfo[]): void {
  const ids = new Set(sessions.map(session => session.id))
  const { session } = useAppStore.getState()
  useAppStore.setState(({ tabs }) => ({ tabs: keepSessions(tabs, ids) }))
  if (session !== undefined && ids.has(session)) return
  const [next] = sessions
  if (next !== undefined) showSession(next)
  else useAppStore.setState({ session: undefined, subject: undefined })
}

function jobChanged(job: JobInfo): void {
  const { request, state } = job
  if (request.type === 'count' || state === 'running') return
  if (state === 'failed') {
    const { error } = job
    const message = error?.message ?? `${job.title} failed`
    showToast({ tone: 'error', message, hint: error === undefined ? undefined : failureHint(error.code) })
    return
  }
  if (state === 'done' && request.type === 'moveBranch') keyRenamed(job.session, request.from, request.to)
  const verb = request.type === 'deleteBranch' ? 'Deleted' : 'Moved'
  const ending = state === 'cancelled' ? ', then stopped' : ''
  showToast({
    tone: state === 'done' ? 'success' : 'info',
    message: `${keysMessage(verb, job.done)}${ending}`,
  })
}

const LAST_SESSION = 'strata.session'

function lastSession(): string | undefined {
  return sessionStorage.getItem(LAST_SESSION) ?? undefined
}

function rememberSession(session: string | undefined): void {
  if (session !== undefined) sessionStorage.setItem(LAST_SESSION, session)
}
