import type { Input } from '../../../../shared/contract.ts'
import type { Decisions, SessionInfo } from '../../../../shared/procedures/sessions.ts'
import { CallError, type Client } from '../../../api/client.ts'
import { failureMessage } from '../../../ui/text/failure-message.ts'
import { printJson } from '../json/edit-json.ts'
import { editDraft } from '../model/draft.ts'
import { adoptIds } from '../operations/new-node.ts'
import { planView } from '../plan/plan-view.ts'
import { setDraft } from './edit-actions.ts'
import { canApply, type EditorStore } from './editor-store.ts'

export interface ApplyServices {
  readonly client: Client
  readonly onApplied: (session: SessionInfo) => void
  /** Asks before the stack of a session is changed, where that is wanted. */
  readonly confirmApply: (session: SessionInfo) => Promise<boolean>
}

/**
 * Opens the draft: as a new session; or in place of the session's stack, after asking about data that would be lost. If
 * that fails, the old stack stays in use.
 */
export async function applyDraft(store: EditorStore, services: ApplyServices): Promise<void> {
  const { client, onApplied } = services
  const state = store.getState()
  if (!canApply(state)) return
  const { text } = state.draft
  store.setState({ failure: undefined, refused: undefined })
  try {
    const document: unknown = JSON.parse(text)
    const session = await (state.session === undefined
      ? openNew(store, client, document)
      : change(store, services, state.session, document))
    if (session === undefined) return
    takeOver(store, text, session)
    onApplied(session)
  } catch (error) {
    store.setState(refusal(error, state.session !== undefined))
  } finally {
    store.setState({ busy: undefined })
  }
}

function openNew(store: EditorStore, client: Client, document: unknown): Promise<SessionInfo> {
  const { path } = store.getState()
  store.setState({ busy: 'apply' })
  return client.call('sessions.open', {
    source: { type: 'document', document, ...(path !== undefined && { path }) },
  })
}

/** @returns `undefined` if the change was cancelled. */
async function change(
  store: EditorStore,
  { client, confirmApply }: ApplyServices,
  session: SessionInfo,
  document: unknown,
): Promise<SessionInfo | undefined> {
  const input = { session: session.id, document }
  const decisions = await decideOn(store, client, input, session.name)
  if (decisions === undefined || !(await confirmApply(session))) return undefined
  store.setState({ busy: 'apply' })
  return client.call('sessions.apply', { ...input, decisions })
}

/**
 * Shows what the change does according to the host, and waits for a decision.
 * @returns `undefined` if the change was cancelled, which also ends a plan in progress.
 */
async function decideOn(
  store: EditorStore,
  client: Client,
  input: Input<'sessions.plan'>,
  name: string,
): Promise<Decisions | undefined> {
  const plan = new AbortController()
  const { kinds } = store.getState()
  try {
    return await new Promise<Decisions | undefined>((resolve, reject) => {
      const decide = (decisions: Decisions | undefined) => {
        plan.abort()
        resolve(decisions)
      }
      store.setState({ busy: 'plan', change: { name, view: undefined, documents: undefined, decide } })
      client
        .call('sessions.plan', input, { signal: plan.signal })
        .then(found => {
          if (plan.signal.aborted) return
          const documents = { before: printJson(found.running), after: printJson(found.document) }
          store.setState({ change: { name, view: planView(found, kinds), documents, decide } })
        })
        .catch(reject)
    })
  } finally {
    store.setState({ change: undefined })
  }
}

/** Text typed while the stack was opening is kept as an unapplied edit. */
function takeOver(store: EditorStore, applied: string, session: SessionInfo): void {
  const { draft, kinds } = store.getState()
  if (draft.text !== applied) {
    store.setState({ session, applied })
    return
  }
  const text = adoptIds(applied, session.document, kinds)
  setDraft(store, now => editDraft(now, { text, at: performance.now() }))
  store.setState({ session, applied: text })
}

function refusal(error: unknown, isOpen: boolean) {
  if (!(error instanceof CallError)) throw error
  const after = isOpen ? ' The stack that was open keeps running.' : ''
  return {
    refused: { path: error.path ?? '', message: error.problem },
    failure: `${sentence(failureMessage('open this stack', error.message))}${after}`,
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
