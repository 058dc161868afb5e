import { useState } from 'react'
import { Welcome } from '../../features/stacks/welcome.tsx'
import { ContextMenu } from '../../ui/menu.tsx'
import { attempt } from '../actions/failures.ts'
import { copyText } from '../actions/key-actions.ts'
import { newStack, openFolder, openSource, openStackFile } from '../actions/session-actions.ts'
import { closeTabs, showHome } from '../actions/tab-commands.ts'
import { openDialog } from '../dialogs/dialog-store.ts'
import { useCurrentSession, useServices, useWorkspace } from '../services.ts'
import { changeTabs, revealKey, useAppStore } from '../state/app-store.ts'
import { StackHome } from './stack-home.tsx'
import { isKeyed, type Tab } from './tab.ts'
import styles from './tab-panel.module.css'
import { TabPanels } from './tab-panels.tsx'
import { TabStrip } from './tab-strip.tsx'
import { activateTab, activeTab, pinTab, visibleTabs } from './tabs-model.ts'

interface TabMenu {
  readonly tab: Tab
  readonly x: number
  readonly y: number
}

/** The middle of the window: the tabs of the session that is shown. */
export function TabsArea() {
  const services = useServices()
  const session = useCurrentSession()
  const state = useAppStore(({ tabs }) => tabs)
  const [menu, setMenu] = useState<TabMenu>()
  const tabs = visibleTabs(state, session?.id)
  const active = activeTab(state, session?.id)
  return (
    <>
      {tabs.length > 0 && (
        <TabStrip
          tabs={tabs}
          active={active}
          onActivate={tab => changeTabs((current, shown) => activateTab(current, tab.id, shown))}
          onPin={tab => changeTabs(current => pinTab(current, tab.id))}
          onClose={tab => attempt(() => closeTabs([tab]))}
          onHome={session && (() => showHome(session.id))}
          onMenu={(tab, { x, y }) => setMenu({ tab, x, y })}
        />
      )}
      <div data-region="main" className={styles['area']}>
        {tabs.length === 0 && <EmptyArea />}
        <TabPanels active={active} />
      </div>
      {menu !== undefined && (
        <ContextMenu
          label="Tab"
          at={menu}
          groups={[{ id: 'tab', entries: menuEntries(menu.tab) }]}
          onChoose={id => runTabMenu(id, menu.tab)}
          onClose={() => setMenu(undefined)}
        />
      )}
    </>
  )

  function runTabMenu(id: string, tab: Tab): void {
    const others = tabs.filter(other => other.id !== tab.id)
    if (id === 'close') attempt(() => closeTabs([tab]))
    else if (id === 'closeOthers') attempt(() => closeTabs(others))
    else if (id === 'closeAll') attempt(() => closeTabs(tabs))
    else if (id === 'pin') changeTabs(current => pinTab(current, tab.id))
    else if (!isKeyed(tab) || tab.session === undefined) return
    else if (id === 'copyKey') attempt(() => copyText(services, tab.key, `"${tab.key}"`))
    else if (id === 'reveal') revealKey(tab.session, tab.key)
  }
}

function menuEntries(tab: Tab) {
  return [
    ...(tab.isPreview ? [{ id: 'pin', label: 'Keep open' }] : []),
    { id: 'close', label: 'Close' },
    { id: 'closeOthers', label: 'Close others' },
    { id: 'closeAll', label: 'Close all' },
    ...(!isKeyed(tab)
      ? []
      : [
          { id: 'reveal', label: 'Show in tree' },
          { id: 'copyKey', label: 'Copy key' },
        ]),
  ]
}

/** Shown while no tab is open: the first page of the stack, or the ways to open one. */
function EmptyArea() {
  const services = useServices()
  const session = useCurrentSession()
  const { recents } = useWorkspace()
  if (session !== undefined) return <StackHome session={session} />
  return (
    <Welcome
      recents={recents}
      onOpen={() => openDialog({ type: 'open' })}
      onOpenFolder={() => attempt(() => openFolder(services))}
      onOpenStackFile={() => attempt(() => openStackFile(services))}
      onNewStack={() => attempt(() => newStack(services))}
      onOpenSample={() => attempt(() => openSource(services, { type: 'sample' }))}
      onOpenRecent={recent => attempt(() => openSource(services, recent.source))}
    />
  )
}
