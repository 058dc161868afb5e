import type { SessionInfo, Source } from '../../../shared/procedures/sessions.ts'
import { CallError } from '../../api/client.ts'
import type { TextStorage } from '../../api/host-storage.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { whileWaiting } from '../../ui/toasts/waits.tsx'
import { ask } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { changeTabs, subjectOf, useAppStore } from '../state/app-store.ts'
import { documentText, fileStackTab, newStackTab, stackDraftName, stackTabOf } from '../tabs/stack-drafts.ts'
import { isKeyed, type Tab, tabTitle } from '../tabs/tab.ts'
import { activateTab, activeTab, changeTab, openTab, pinTab, type TabsState } from '../tabs/tabs-model.ts'
import { restoreTabs, tabsStorageKey } from '../tabs/tabs-storage.ts'
import { reportFailure } from './failures.ts'
import { tabActions } from './tab-commands.ts'

/** Shows a session, and restores its saved tabs. */
export function showSession({ storage }: Services, session: SessionInfo): void {
  useAppStore.setState(state => {
    const isKnown = state.restored.includes(session.id)
    const restored = isKnown ? state.restored : [...state.restored, session.id]
    const tabs = isKnown ? state.tabs : restoreSession(storage, state.tabs, session)
    return { session: session.id, restored, tabs, subject: subjectOf(activeTab(tabs, session.id)) }
  })
}

/** The saved tabs of a session, and its stack editor if it has unapplied edits. */
function restoreSession(storage: TextStorage, before: TabsState, session: SessionInfo): TabsState {
  const tabs = restoreTabs(before, session.id, storage.getItem(tabsStorageKey(session.source)))
  const draft = storage.getItem(stackDraftName(session.id))
  if (draft === null) return tabs
  const restored = openTab(tabs, stackTabOf(session, draft), { isPreview: false })
  const active = tabs.active[session.id]
  return active === undefined ? restored : activateTab(restored, active, session.id)
}

export async function openSource(services: Services, source: Source): Promise<void> {
  try {
    const opened = services.client.call('sessions.open', { source })
    showSession(services, await whileWaiting('Opening the stack…', opened))
  } catch (error) {
    await correctStack(services, source, error)
    throw error
  }
}

/** Opens a source for a dialog, which closes where the stack editor shows what is wrong with a stack file. */
export async function openOrCorrect(services: Services, source: Source): Promise<void> {
  try {
    await openSource(services, source)
  } catch (error) {
    if (source.type !== 'stackFile' || !(error instanceof CallError) || error.code !== 'CONFIG_INVALID')
      throw error
    reportFailure(error)
  }
}

/** Opens the editor on a stack that could not be opened because of an error in its document. */
async function correctStack(services: Services, source: Source, failure: unknown): Promise<void> {
  if (source.type === 'folder' || source.type === 'sample') return
  if (!(failure instanceof CallError) || failure.code !== 'CONFIG_INVALID') return
  const { path } = source
  const text =
    source.type === 'document'
      ? documentText(source.document)
      : (await services.client.call('stacks.read', { path: source.path })).text
  const refused = { path: failure.path ?? '', message: failure.problem }
  const tab =
    path === undefined ? newStackTab(text, refused) : fileStackTab(services.storage, { path, text, refused })
  changeTabs((tabs, current) => openTab(tabs, tab, { isPreview: false, current }))
}

/** Opens the editor on a stack file, with the draft that an earlier window left. */
export async function editStackFile({ client, storage }: Services, path: string): Promise<void> {
  const { text } = await client.call('stacks.read', { path })
  const tab = fileStackTab(storage, { path, text })
  changeTabs((tabs, current) => openTab(tabs, tab, { isPreview: false, current }))
}

export async function openFolder(services: Services): Promise<void> {
  const path = await services.shell.pickFolder()
  if (path !== undefined) await openSource(services, { type: 'folder', path })
}

export async function openStackFile(services: Services): Promise<void> {
  const path = await services.shell.pickStackFile()
  if (path !== undefined) await openSource(services, { type: 'stackFile', path })
}

/** Closes a session. Asks first if that would discard unsaved changes. */
export async function closeSession({ client }: Services, session: SessionInfo): Promise<void> {
  const dirty = useAppStore.getState().tabs.tabs.filter(tab => tab.session === session.id && tab.isDirty)
  if (dirty.length > 0) {
    const canPutAll = dirty.every(tab => tabActions(tab.id) !== undefined)
    const answer = await ask({
      title: `Close ${session.name}?`,
      message: 'These have changes that were not put:',
      list: dirty.map(tab => (isKeyed(tab) ? tab.key : tabTitle(tab))),
      buttons: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'discard', label: 'Discard and close', variant: 'danger' },
        ...(canPutAll ? [{ id: 'put', label: 'Put all and close', variant: 'primary' as const }] : []),
      ],
    })
    if (answer === 'put') {
      if (!(await putAll(dirty))) return
    } else if (answer !== 'discard') return
  }
  await whileWaiting(`Closing ${session.name}…`, client.call('sessions.close', { session: session.id }))
}

/** Puts the values of tabs one after another. @returns Whether all are put; the first that is not is shown. */
async function putAll(tabs: readonly Tab[]): Promise<boolean> {
  for (const { id } of tabs) {
    await tabActions(id)?.put()
    const left = useAppStore.getState().tabs.tabs.find(tab => tab.id === id && tab.isDirty)
    if (left === undefined) continue
    changeTabs((state, session) => activateTab(state, id, session))
    return false
  }
  return true
}

export async function toggleReadOnly({ client }: Services, session: SessionInfo): Promise<void> {
  const isReadOnly = !session.isReadOnly
  if (!isReadOnly && session.environment === 'production') {
    const answer = await ask({
      title: `Unlock ${session.name}?`,
      message:
        'This stack is marked as production: a write affects everyone who uses it. The stack is locked again the next time it is opened.',
      buttons: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'unlock', label: 'Unlock', variant: 'primary' },
      ],
    })
    if (answer !== 'unlock') return
  }
  await client.call('sessions.setReadOnly', { session: session.id, isReadOnly })
  showToast({
    tone: 'info',
    message: isReadOnly ? `${session.name} is read-only now` : `${session.name} can be written again`,
  })
}

/** A line of the list of stacks: an open session, or a recent stack to open again. */
interface StackChoice {
  readonly id: string
  readonly source: Source
  readonly isOpen: boolean
}

export async function chooseStack(services: Services, { id, source, isOpen }: StackChoice): Promise<void> {
  const session = services.state.sessions.get()?.find(other => other.id === id)
  if (isOpen && session !== undefined) showSession(services, session)
  else await openSource(services, source)
}

export async function removeStack(services: Services, { id, isOpen }: StackChoice): Promise<void> {
  const session = services.state.sessions.get()?.find(other => other.id === id)
  if (isOpen && session !== undefined) await closeSession(services, session)
  else await services.client.call('workspace.forgetRecent', { id })
}

/** Opens a new stack from the first template; the editor offers the others. */
export async function newStack({ client }: Services): Promise<void> {
  const { templates } = await client.call('stacks.templates', {})
  const document = templates[0]?.document ?? {}
  changeTabs((tabs, current) =>
    openTab(tabs, newStackTab(documentText(document)), { isPreview: false, current }),
  )
}

/** Opens the editor on a document without a session. */
export function editDocument(document: Record<string, unknown>): void {
  const tab = newStackTab(documentText(document))
  changeTabs((tabs, current) => openTab(tabs, tab, { isPreview: false, current }))
}

export function editStack(session: SessionInfo): void {
  changeTabs(tabs => openTab(tabs, stackTabOf(session), { isPreview: false }))
}

/** Assigns the tab of an applied stack to its session, and shows that session. */
export function stackApplied(services: Services, tab: string, session: SessionInfo): void {
  useAppStore.setState(({ tabs }) => ({
    tabs: pinTab(
      changeTab(tabs, tab, other => ({
        ...other,
        session: session.id,
        ...(other.kind === 'stack' && { name: session.name, draftName: stackDraftName(session.id) }),
      })),
      tab,
    ),
  }))
  showSession(services, session)
  useAppStore.setState(({ tabs }) => ({ tabs: { ...tabs, active: { ...tabs.active, [session.id]: tab } } }))
}
