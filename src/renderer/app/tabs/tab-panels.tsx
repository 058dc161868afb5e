import { useState } from 'react'
import { useAppStore } from '../state/app-store.ts'
import { aliveTabs, withRecent } from './alive-tabs.ts'
import type { Tab } from './tab.ts'
import styles from './tab-panel.module.css'
import { TabPanel } from './tab-panel.tsx'
import { tabElementId } from './tab-strip.tsx'

/** The panels of the tabs that are alive, of every session; the active one is in sight. */
export function TabPanels({ active }: { readonly active: Tab | undefined }) {
  const tabs = useAppStore(state => state.tabs.tabs)
  const [recent, setRecent] = useState<readonly string[]>([])
  if (active !== undefined && recent[0] !== active.id) setRecent(withRecent(recent, active.id))
  return aliveTabs(tabs, active, recent).map(tab => (
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
