import { memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { BranchTab, type BranchTabProps } from '../../features/branch-tab/branch-tab.tsx'
import { PlaceChips } from '../../features/inspector/place-chips.tsx'
import { DraftDrawing } from '../../features/stack-drawing/draft-drawing.tsx'
import type { DrawnDraft } from '../../features/stack-editor/draft-drawing.tsx'
import { Delayed } from '../../ui/delayed.tsx'
import { loadable } from '../../ui/loadable.tsx'
import { ErrorBoundary } from '../../ui/panels.tsx'
import { confirmAct } from '../actions/environment-actions.ts'
import { attempt } from '../actions/failures.ts'
import { confirmLargePut } from '../actions/history-actions.ts'
import { copyText, handleKeyRequest, requestDelete, valuePut } from '../actions/key-actions.ts'
import { actOnKeys } from '../actions/many-actions.ts'
import { stackApplied } from '../actions/session-actions.ts'
import { enterKey, registerTabActions, type TabActions, takeValue } from '../actions/tab-commands.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { currentSettings, useServices, useSessions } from '../services.ts'
import {
  changeTabs,
  focusTaken,
  historyShown,
  revealKey,
  useAppStore,
  useIsFocusRequested,
} from '../state/app-store.ts'
import { StackDraftSaver } from './stack-drafts.ts'
import { StackHome } from './stack-home.tsx'
import {
  type KeyTabState,
  type QueryTabState,
  type StackTabState,
  type Tab,
  tabDescription,
  type View,
} from './tab.ts'
import styles from './tab-panel.module.css'
import { tabElementId } from './tab-strip.tsx'
import { activeTab, changeTab, markDirty } from './tabs-model.ts'
import { viewPattern, withView } from './view-memory.ts'

/** The kept panels of the tabs of all sessions; the active one is visible. */
export function TabPanels({ active }: { readonly active: Tab | undefined }) {
  const tabs = useAppStore(state => state.tabs.tabs)
  const [recent, setRecent] = useState<readonly string[]>([])
  if (active !== undefined && recent[0] !== active.id) setRecent(withRecent(recent, active.id))
  return mountedTabs(tabs, active, recent).map(tab => (
    <div
      key={tab.id}
      id={`${tab.id}-panel`}
      role="tabpanel"
      aria-labelledby={tab.id === active?.id ? tabElementId(tab) : undefined}
      hidden={tab.id !== active?.id}
      className={styles['panel']}
    >
      <TabPanel tab={tab} />
    </div>
  ))
}

/** The content of a tab. Editors are loaded when the first of their tabs is opened. */
const TabPanel = memo(function TabPanel({ tab }: { readonly tab: Tab }) {
  return (
    <ErrorBoundary panel={tabDescription(tab)}>
      <Suspense fallback={<LoadingTab />}>
        <TabContent tab={tab} />
      </Suspense>
    </ErrorBoundary>
  )
})

function LoadingTab() {
  return (
    <Delayed>
      <p className={styles['loading']}>Loading the editor…</p>
    </Delayed>
  )
}

function TabContent({ tab }: { readonly tab: Tab }) {
  const sessions = useSessions()
  const session = sessions.find(({ id }) => id === tab.session)
  if (tab.kind === 'stack') return <StackTabPanel tab={tab} session={session} />
  if (session === undefined) return null
  if (tab.kind === 'query') return <QueryTabPanel tab={tab} session={session} />
  if (tab.kind === 'home') return <StackHome session={session} />
  if (tab.kind === 'branch') return <BranchTabPanel session={session} prefix={tab.key} />
  return <KeyTabPanel tab={tab} session={session} />
}

interface BranchTabPanelProps {
  readonly session: SessionInfo
  readonly prefix: string
}

function BranchTabPanel({ session, prefix }: BranchTabPanelProps) {
  const services = useServices()
  const { id } = session
  const open = useCallback<BranchTabProps['onOpen']>(
    // What is opened takes the place of this tab, which has the keyboard.
    (key, options) => enterKey(services, id, key, options),
    [services, id],
  )
  const request = useCallback<BranchTabProps['onRequest']>(
    wanted => handleKeyRequest(services, id, wanted),
    [services, id],
  )
  const isFocusRequested = useIsFocusRequested({ session: id, kind: 'branch', key: prefix })
  return (
    <BranchTab
      isFocusRequested={isFocusRequested}
      onFocusTaken={focusTaken}
      client={services.client}
      jobs={services.state.jobs}
      session={session}
      prefix={prefix}
      onOpen={open}
      onRequest={request}
    />
  )
}

interface KeyTabPanelProps {
  readonly tab: KeyTabState
  readonly session: SessionInfo
}

function KeyTabPanel({ tab, session }: KeyTabPanelProps) {
  const services = useServices()
  const { id, key } = tab
  const { source } = session
  const changeView = useCallback(
    (view: View) => {
      changeTabs(tabs => changeTab(tabs, id, other => (other.kind === 'key' ? { ...other, view } : other)))
      attempt(async () => {
        const views = withView(currentSettings(services).views, source, key, view)
        await services.client.call('workspace.updateSettings', { settings: { views } })
      })
    },
    [services, id, key, source],
  )
  const setDirty = useCallback((isDirty: boolean) => changeTabs(tabs => markDirty(tabs, id, isDirty)), [id])
  const isFocusRequested = useIsFocusRequested({ session: session.id, kind: 'key', key })
  const isHistoryRequested = useAppStore(
    ({ history }) => history?.session === session.id && history.key === key,
  )
  const putEvents = useMemo(
    () => ({
      mayPut: (bytes: number) => confirmLargePut(services, session.id, bytes),
      put: (entry: number | undefined) => valuePut(services, session.id, key, entry),
    }),
    [services, session.id, key],
  )
  // A tab that is not seen follows nothing.
  const isActive = useAppStore(current => activeTab(current.tabs, current.session)?.id === id)
  const register = useCallback((actions: TabActions | undefined) => registerTabActions(id, actions), [id])
  const request = useCallback(
    (wanted: { readonly type: 'delete' | 'rename'; readonly key: string }) => {
      const at = { session: session.id, key: wanted.key }
      if (wanted.type === 'rename') openDialog({ type: 'rename', ...at, isBranch: false })
      else attempt(() => requestDelete(services, { ...at, isValue: true, isBranch: false }))
    },
    [services, session.id],
  )
  return (
    <KeyTab
      client={services.client}
      storage={services.storage}
      session={session}
      keyText={key}
      view={tab.view}
      pattern={viewPattern(key)}
      onViewChange={changeView}
      onDirtyChange={setDirty}
      onRequest={request}
      registerActions={register}
      isFocusRequested={isFocusRequested}
      onFocusTaken={focusTaken}
      isHistoryRequested={isHistoryRequested}
      onHistoryShown={historyShown}
      putEvents={putEvents}
      places={
        isActive && (
          <PlaceChips
            client={services.client}
            reads={services.reads}
            session={session}
            keyText={key}
            onTake={(bytes, how) => takeValue(id, bytes, how)}
          />
        )
      }
    />
  )
}

const QueryTab = loadable('QueryTab', async () => {
  return (await import('../../features/query-tab/query-tab.tsx')).QueryTab
})

interface QueryTabPanelProps {
  readonly tab: QueryTabState
  readonly session: SessionInfo
}

function QueryTabPanel({ tab, session }: QueryTabPanelProps) {
  const services = useServices()
  const { id, query, text, name } = tab
  const isFocusRequested = useIsFocusRequested({ session: session.id, kind: 'query', key: query })
  return (
    <QueryTab
      client={services.client}
      storage={services.storage}
      session={session}
      text={text}
      name={name}
      onChange={change =>
        changeTabs(tabs =>
          changeTab(tabs, id, other => (other.kind === 'query' ? { ...other, ...change } : other)),
        )
      }
      onOpen={(key, { isPreview }) => enterKey(services, session.id, key, { as: 'key', isPreview })}
      onReveal={key => revealKey(session.id, key)}
      onCopy={(copied, what) => attempt(() => copyText(services, copied, what))}
      onMany={(action, selection, prefix) =>
        actOnKeys(services, action, { session: session.id, selection, below: prefix, base: prefix })
      }
      isFocusRequested={isFocusRequested}
      onFocusTaken={focusTaken}
    />
  )
}

const drawDraft = (draft: DrawnDraft) => <DraftDrawing {...draft} />

const StackEditor = loadable('StackEditor', async () => {
  return (await import('../../features/stack-editor/stack-editor.tsx')).StackEditor
})

interface StackTabPanelProps {
  readonly tab: StackTabState
  /** Absent for a stack that has not been opened yet. */
  readonly session: SessionInfo | undefined
}

function StackTabPanel({ tab, session }: StackTabPanelProps) {
  const services = useServices()
  const { client, shell, storage } = services
  const { id, initial, draftName } = tab
  const applied = useCallback((opened: SessionInfo) => stackApplied(services, id, opened), [services, id])
  const saver = useMemo(() => new StackDraftSaver(storage, { draftName }), [storage, draftName])
  useEffect(() => {
    const flush = (): void => saver.flush()
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('pagehide', flush)
      const { tabs, closed } = useAppStore.getState().tabs
      // The user confirmed closing the tab, which discards the edits.
      const isDiscarded = closed.some(tab => tab.id === id)
      // The applied text is stored under its session from now on.
      const isRenamed = tabs.some(tab => tab.id === id && tab.kind === 'stack' && tab.draftName !== draftName)
      if (isDiscarded || isRenamed) saver.note(undefined)
      saver.flush()
    }
  }, [saver, id, draftName])
  const keepDraft = useCallback((text: string | undefined) => saver.note(text), [saver])
  const setDirty = useCallback((isDirty: boolean) => changeTabs(tabs => markDirty(tabs, id, isDirty)), [id])
  return (
    <StackEditor
      client={client}
      shell={shell}
      {...(session !== undefined && { session })}
      initial={initial}
      onApplied={applied}
      confirmApply={changed => confirmAct(services, [changed.id], `Apply to ${changed.name}`)}
      onDirtyChange={setDirty}
      onDraftChange={keepDraft}
      draw={drawDraft}
    />
  )
}

/** Delay in milliseconds in browsers without `requestIdleCallback`. */
const LATER = 500

const importKeyTab = () => import('../../features/key-tab/key-tab.tsx')

const KeyTab = loadable('KeyTab', async () => (await importKeyTab()).KeyTab)

/**
 * Loads the code of key tabs when the browser is idle after the first paint, so that the first key opens fast.
 * @returns A function that cancels it if it has not started.
 */
export function loadAhead(): () => void {
  const load = async (): Promise<void> => {
    const [{ loadAll }] = await Promise.all([importKeyTab(), KeyTab.load()])
    await loadAll()
  }
  // A failure is reported when the code is needed, and loading is tried again.
  const begin = () => void load().catch(() => undefined)
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(begin, LATER)
    return () => clearTimeout(timer)
  }
  const request = requestIdleCallback(begin)
  return () => cancelIdleCallback(request)
}

/** The maximum number of hidden tabs whose panels are kept. */
const MAX_HIDDEN = 6

/**
 * The tabs whose panels are kept: the active one, all with unsaved changes, and the last few that were active. The
 * panels of other tabs are created again when needed.
 * @param recent Ids of tabs in the order they were shown, last one first.
 */
export function mountedTabs(
  tabs: readonly Tab[],
  active: Tab | undefined,
  recent: readonly string[],
): readonly Tab[] {
  const kept = new Set(recent.slice(0, MAX_HIDDEN))
  return tabs.filter(
    tab =>
      tab.id === active?.id ||
      tab.isDirty ||
      tab.kind === 'stack' ||
      tab.kind === 'query' ||
      // A first page that is not seen follows nothing.
      (tab.kind !== 'home' && kept.has(tab.id)),
  )
}

/** `recent` with `id` first. */
export function withRecent(recent: readonly string[], id: string): readonly string[] {
  if (recent[0] === id) return recent
  return [id, ...recent.filter(other => other !== id)].slice(0, MAX_HIDDEN + 1)
}
