import '../../../../../src/renderer/ui/theme.css'
import '../../../../../src/renderer/ui/base.css'
import './main.css'
import { StrictMode, useCallback, useState, useSyncExternalStore } from 'react'
import { createRoot } from 'react-dom/client'
import { createJobList } from '../../../../../src/renderer/api/host-state.ts'
import { BranchTab } from '../../../../../src/renderer/features/branch-tab/branch-tab.tsx'
import { KeyTab, type KeyTabProps, loadAll } from '../../../../../src/renderer/features/key-tab/key-tab.tsx'
import { ToastRegion } from '../../../../../src/renderer/ui/toasts/toasts.tsx'
import type { SessionInfo } from '../../../../../src/shared/procedures/sessions.ts'
import { FakeClient } from './fake-client.ts'
import { FakeStore } from './fake-store.ts'

const session: SessionInfo = {
  id: 's1',
  name: 'Harness',
  source: { type: 'sample' },
  isReadOnly: false,
  environment: 'development',
  isWritable: true,
  keepsExpiry: true,
  document: {},
  nodes: [],
  status: {},
}

const store = new FakeStore()
const client = new FakeClient(store, session.id)
const jobs = createJobList(client)
const listeners = new Set<() => void>()

interface Shown {
  readonly tab: 'none' | 'key' | 'branch'
  readonly key: string
  readonly isReadOnly: boolean
  readonly isWritable: boolean
}

/** Access for tests: the store of the tabs, and the requests of the tabs to the window. */
export interface Harness {
  readonly client: FakeClient
  readonly store: FakeStore
  shown: Shown
  isDirty: boolean
  readonly requests: unknown[]
  readonly opened: unknown[]
  readonly violations: string[]
  actions: { put(): Promise<void>; revert(): void; discard(): void } | undefined
  show(change: Partial<Shown>): void
  putText(key: string, text: string): void
  textOf(key: string): string
  hexOf(key: string): string
}

const harness: Harness = {
  client,
  store,
  shown: { tab: 'none', key: '/', isReadOnly: false, isWritable: true },
  isDirty: false,
  requests: [],
  opened: [],
  violations: [],
  actions: undefined,
  show(change) {
    harness.shown = { ...harness.shown, ...change }
    for (const listener of listeners) listener()
  },
  putText(key, text) {
    store.put(key, new TextEncoder().encode(text))
  },
  textOf(key) {
    const value = store.value(key)
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value.read(0, value.size))
  },
  hexOf(key) {
    const value = store.value(key)
    return Array.from(value.read(0, value.size), byte => byte.toString(16).padStart(2, '0')).join(' ')
  },
}
// As in the window, where the code is loaded before a user opens the first key.
await loadAll()
Object.assign(window, { harness })

document.addEventListener('securitypolicyviolation', event => {
  harness.violations.push(
    `${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
  )
})

const PUT_EVENTS = { mayPut: async () => true, put: () => undefined }

function App() {
  const shown = useSyncExternalStore(
    useCallback(listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }, []),
    () => harness.shown,
  )
  const [view, setView] = useState<KeyTabProps['view']>('auto')
  const current = useCurrent({ isReadOnly: shown.isReadOnly, isWritable: shown.isWritable })
  const register = useCallback((actions: Harness['actions']) => {
    harness.actions = actions
  }, [])
  const setDirty = useCallback((isDirty: boolean) => {
    harness.isDirty = isDirty
  }, [])
  if (shown.tab === 'key') {
    return (
      <KeyTab
        client={client}
        storage={window.localStorage}
        session={current}
        keyText={shown.key}
        view={view}
        pattern="*.txt"
        onViewChange={setView}
        onDirtyChange={setDirty}
        onRequest={request => harness.requests.push(request)}
        registerActions={register}
        isFocusRequested={false}
        onFocusTaken={() => undefined}
        isHistoryRequested={false}
        onHistoryShown={() => undefined}
        putEvents={PUT_EVENTS}
      />
    )
  }
  if (shown.tab !== 'branch') return null
  return (
    <BranchTab
      isFocusRequested={false}
      onFocusTaken={() => undefined}
      client={client}
      jobs={jobs}
      session={current}
      prefix={shown.key}
      onOpen={(key, options) => harness.opened.push({ key, ...options })}
      onRequest={request => harness.requests.push(request)}
    />
  )
}

function useCurrent({ isReadOnly, isWritable }: { isReadOnly: boolean; isWritable: boolean }): SessionInfo {
  return { ...session, isReadOnly, isWritable }
}

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <main>
        <h1 className="visually-hidden">Key and branch tabs</h1>
        <App />
        <ToastRegion />
      </main>
    </StrictMode>,
  )
}
