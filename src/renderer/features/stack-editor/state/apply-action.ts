import type { SessionInfo } from '../../../../shared/procedures/sessions.ts'
import { CallError, type Client } from '../../../api/client.ts'
import { editDraft } from '../model/draft.ts'
import { adoptIds } from '../operations/new-node.ts'
import { setDraft } from './edit-actions.ts'
import { canApply, type EditorStore } from './editor-store.ts'

export interface ApplyServices {
  readonly client: Client
  readonly onApplied: (session: SessionInfo) => void
  /** Asks whether values that only memory holds may be lost. */
  readonly confirmDiscard: (reason: string) => Promise<boolean>
}

/**
 * Opens the draft, as a replacement of the session's stack or as a new session. If that fails, the old stack keeps
 * running.
 */
export async function applyDraft(store: EditorStore, services: ApplyServices): Promise<void> {
  const state = store.getState()
  if (!canApply(state)) return
  const { text } = state.draft
  store.setState({ busy: 'apply', failure: undefined, refused: undefined })
  try {
    const session = await openDocument(store, services, JSON.parse(text))
    if (session === undefined) return
    takeOver(store, text, session)
    services.onApplied(session)
  } catch (error) {
    store.setState(refusal(error, state.session !== undefined))
  } finally {
    store.setState({ busy: undefined })
  }
}

/** @returns Nothing if the user does not want to lose the values that only memory holds. */
async function openDocument(
  store: EditorStore,
  { client, confirmDiscard }: ApplyServices,
  document: unknown,
): Promise<SessionInfo | undefined> {
  const { session, path } = store.getState()
  if (session === undefined) {
    const source = { type: 'document' as const, document, ...(path !== undefined && { path }) }
    return client.call('sessions.open', { source })
  }
  const input = { session: session.id, document }
  try {
    return await client.call('sessions.apply', input)
  } catch (error) {
    if (!(error instanceof CallError) || error.code !== 'CONFLICT') throw error
    if (!(await confirmDiscard(sentence(error.message)))) return undefined
    return client.call('sessions.apply', {
      ...input,
      decisions: { discard: true, keepStale: true, misplaced: 'move' },
    })
  }
}

/** Text typed while the stack was opening stays, as an edit that is not applied yet. */
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
    refused: { path: error.path ?? '', message: error.message },
    failure: `Cannot open this stack: ${sentence(error.message)}${after}`,
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
