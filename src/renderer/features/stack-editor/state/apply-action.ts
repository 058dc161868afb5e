import type { SessionInfo } from '../../../../shared/procedures/sessions.ts'
import { CallError, type Client } from '../../../api/client.ts'
import { editDraft } from '../model/draft.ts'
import { adoptIds } from '../operations/new-node.ts'
import { setDraft } from './edit-actions.ts'
import { canApply, type EditorStore } from './editor-store.ts'

/** Opens the draft: in place of the session's stack, or as a new session. Whatever ran before goes on if that fails. */
export async function applyDraft(
  store: EditorStore,
  client: Client,
  onApplied: (session: SessionInfo) => void,
): Promise<void> {
  const state = store.getState()
  if (!canApply(state)) return
  const { text } = state.draft
  store.setState({ busy: 'apply', failure: undefined, refused: undefined })
  try {
    const session = await openDocument(store, client, JSON.parse(text))
    takeOver(store, text, session)
    onApplied(session)
  } catch (error) {
    store.setState(refusal(error, state.session !== undefined))
  } finally {
    store.setState({ busy: undefined })
  }
}

function openDocument(store: EditorStore, client: Client, document: unknown): Promise<SessionInfo> {
  const { session, path } = store.getState()
  if (session !== undefined) return client.call('sessions.apply', { session: session.id, document })
  const source = { type: 'document' as const, document, ...(path !== undefined && { path }) }
  return client.call('sessions.open', { source })
}

/** What was typed while the stack was being opened stays, as an edit that is not applied yet. */
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
  const after = isOpen ? ' The stack that was open goes on.' : ''
  return {
    refused: { path: error.path ?? '', message: error.message },
    failure: `Cannot open this stack: ${sentence(error.message)}${after}`,
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
