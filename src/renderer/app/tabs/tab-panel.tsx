import { memo, Suspense } from 'react'
import { ErrorBoundary } from '../../ui/error-boundary.tsx'
import { useSessions } from '../services.ts'
import { BranchTabPanel } from './branch-tab-panel.tsx'
import { KeyTabPanel } from './key-tab-panel.tsx'
import { StackTabPanel } from './stack-tab-panel.tsx'
import { type Tab, tabDescription } from './tab.ts'
import styles from './tab-panel.module.css'

/** What a tab shows. Editors are loaded when the first of their tabs is opened. */
export const TabPanel = memo(function TabPanel({ tab }: { readonly tab: Tab }) {
  return (
    <ErrorBoundary panel={tabDescription(tab)}>
      <Suspense fallback={<p className={styles['loading']}>Loading the editor…</p>}>
        <TabContent tab={tab} />
      </Suspense>
    </ErrorBoundary>
  )
})

function TabContent({ tab }: { readonly tab: Tab }) {
  const sessions = useSessions()
  const session = sessions.find(({ id }) => id === tab.session)
  if (tab.kind === 'stack') return <StackTabPanel tab={tab} session={session} />
  if (session === undefined) return null
  if (tab.kind === 'branch') return <BranchTabPanel session={session} prefix={tab.key} />
  return <KeyTabPanel tab={tab} session={session} />
}
