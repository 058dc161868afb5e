import { type ReactNode, useEffect, useLayoutEffect } from 'react'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { Activity, useListedJobs } from '../features/activity/activity.tsx'
import { Inspector } from '../features/inspector/inspector.tsx'
import { WhereItLives } from '../features/inspector/where-it-lives.tsx'
import { StatusBar } from '../features/status-bar/status-bar.tsx'
import { ErrorBoundary, Panel, PanelDivider, Panels, usePanelRef } from '../ui/panels.tsx'
import { ToastRegion } from '../ui/toasts/toasts.tsx'
import { attempt } from './actions/failures.ts'
import { copyText } from './actions/key-actions.ts'
import { takeValue } from './actions/tab-commands.ts'
import { useCommands, useNativeMenu, useShortcuts } from './commands/use-commands.ts'
import { DialogHost } from './dialogs/dialog-host.tsx'
import { Drawer } from './drawer.tsx'
import { Navigation } from './navigation.tsx'
import { NoticeBars } from './notice-bars.tsx'
import { useOfferedPlaces } from './offered-places.ts'
import { currentSettings, useCurrentSession, useJobs, useServices, useSessions } from './services.ts'
import { setPanelOpen, togglePanel, useAppStore } from './state/app-store.ts'
import { followHost } from './state/follow-host.ts'
import { saveTabs } from './state/save-tabs.ts'
import type { Tab } from './tabs/tab.ts'
import { loadAhead } from './tabs/tab-panels.tsx'
import { TabsArea } from './tabs/tabs-area.tsx'
import { activeTab } from './tabs/tabs-model.ts'
import { Toolbar } from './toolbar.tsx'
import { useWindowChrome } from './use-window-chrome.ts'
import styles from './window.module.css'
import { useFoldedPanels, useWindowWidth } from './window-width.ts'

const ROWS = ['work', 'activity']
const COLUMNS = ['navigation', 'tabs', 'inspector']

/** Width in pixels below which the side panels start smaller. */
const NARROW = 1100

/** The whole window, once there is a connection. */
export function Window() {
  const services = useServices()
  const { client, hello, state } = services
  const sessions = useSessions()
  const session = useCurrentSession()
  const jobs = useJobs()
  const listedJobs = useListedJobs(jobs)
  const { subject, isNavigationOpen, isInspectorOpen, isActivityOpen, isConnected } = useAppStore()
  const commands = useCommands()
  const hasActivity = isActivityOpen || listedJobs.length > 0
  const rows = usePanelLayout('rows', ROWS)
  const columns = usePanelLayout('columns', COLUMNS)
  useEffect(() => followHost(services), [services])
  useEffect(() => saveTabs(services), [services])
  useEffect(loadAhead, [])
  useShortcuts(commands)
  useNativeMenu(client, hello.shell, commands)
  useWindowChrome()
  useOfferedPlaces()
  const width = useWindowWidth()
  const openTab = useAppStore(current => activeTab(current.tabs, current.session))
  useFoldedPanels(width, openTab?.id)
  const isNarrow = window.innerWidth < NARROW
  const navigation = (
    <div className={styles['side']} inert={!isNavigationOpen}>
      <Navigation commands={commands} />
    </div>
  )
  const inspector = (
    <aside aria-label="Inspector" data-region="inspector" className={styles['side']} inert={!isInspectorOpen}>
      <ErrorBoundary panel="The inspector">
        <Inspector
          client={client}
          subject={subject?.session === session?.id ? subject : undefined}
          keepsExpiry={session?.keepsExpiry ?? false}
          shownElsewhere={whereFailureIsShown(session, openTab, subject?.key)}
          places={(key, isFailing) =>
            session !== undefined &&
            isInspectorOpen && (
              <WhereItLives
                client={client}
                reads={services.reads}
                session={session}
                keyText={key}
                isFailing={isFailing}
                onTake={
                  openTab?.kind === 'key' && openTab.key === key
                    ? (bytes, how) => takeValue(openTab.id, bytes, how)
                    : undefined
                }
              />
            )
          }
          onCopy={(text, what) => attempt(() => copyText(services, text, what))}
        />
      </ErrorBoundary>
    </aside>
  )
  const cancelJob = (job: string): void => attempt(() => state.jobs.cancel(job))
  return (
    <div className={styles['window']}>
      <Toolbar commands={commands} width={width} />
      <NoticeBars />
      <div className={styles['body']}>
        <Panels
          id="rows"
          orientation="vertical"
          layout={hasActivity ? rows.layout : undefined}
          onLayoutChanged={layout => {
            if (hasActivity) rows.save(layout)
          }}
        >
          <Panel id="work" minSize={width === 'wide' ? 200 : 100} className={styles['panel']}>
            <ToastRegion />
            <Panels
              id="columns"
              orientation="horizontal"
              layout={width === 'wide' ? columns.layout : undefined}
              onLayoutChanged={layout => {
                if (width === 'wide') columns.save(layout)
              }}
            >
              {width !== 'drawer' && (
                <>
                  <CollapsiblePanel
                    id="navigation"
                    defaultSize={isNarrow ? 220 : 280}
                    minSize={180}
                    isOpen={isNavigationOpen}
                    onOpenChange={isOpen => setPanelOpen('isNavigationOpen', isOpen)}
                  >
                    {navigation}
                  </CollapsiblePanel>
                  <PanelDivider label="Width of the keys" />
                </>
              )}
              <Panel id="tabs" minSize={width === 'wide' ? 320 : 200} className={styles['panel']}>
                <main className={styles['main']}>
                  <TabsArea />
                </main>
              </Panel>
              {width === 'wide' && (
                <>
                  <PanelDivider label="Width of the inspector" />
                  <CollapsiblePanel
                    id="inspector"
                    defaultSize={isNarrow ? 190 : 250}
                    minSize={170}
                    isOpen={isInspectorOpen}
                    onOpenChange={isOpen => setPanelOpen('isInspectorOpen', isOpen)}
                  >
                    {inspector}
                  </CollapsiblePanel>
                </>
              )}
            </Panels>
            {width === 'drawer' && (
              <Drawer
                side="start"
                isOpen={isNavigationOpen}
                onClose={() => setPanelOpen('isNavigationOpen', false)}
              >
                {navigation}
              </Drawer>
            )}
            {width !== 'wide' && (
              <Drawer
                side="end"
                isOpen={isInspectorOpen}
                onClose={() => setPanelOpen('isInspectorOpen', false)}
              >
                {inspector}
              </Drawer>
            )}
          </Panel>
          {hasActivity && (
            <>
              <PanelDivider label="Height of the activity" />
              <CollapsiblePanel
                id="activity"
                defaultSize={150}
                minSize={84}
                collapsedSize={28}
                isOpen={isActivityOpen}
                onOpenChange={isOpen => setPanelOpen('isActivityOpen', isOpen)}
              >
                <section aria-label="Activity" data-region="activity" className={styles['side']}>
                  <ErrorBoundary panel="The activity">
                    <Activity
                      jobs={listedJobs}
                      sessions={sessions}
                      isOpen={isActivityOpen}
                      onToggle={() => togglePanel('isActivityOpen')}
                      onCancel={cancelJob}
                    />
                  </ErrorBoundary>
                </section>
              </CollapsiblePanel>
            </>
          )}
        </Panels>
      </div>
      <div data-region="status">
        <StatusBar
          client={client}
          session={session}
          jobs={jobs}
          isConnected={isConnected}
          onShowActivity={() => setPanelOpen('isActivityOpen', true)}
        />
      </div>
      <DialogHost commands={commands} />
    </div>
  )
}

/** Where the window already shows that a key cannot be read. */
function whereFailureIsShown(
  session: SessionInfo | undefined,
  tab: Tab | undefined,
  key: string | undefined,
) {
  if (session?.status.lost !== undefined) return 'server lost'
  return tab?.kind === 'key' && tab.key === key ? 'in its tab' : undefined
}

interface CollapsiblePanelProps {
  readonly id: string
  readonly isOpen: boolean
  /** Called when the panel is opened or collapsed by dragging. */
  readonly onOpenChange: (isOpen: boolean) => void
  /** In pixels. */
  readonly defaultSize: number
  readonly minSize: number
  readonly collapsedSize?: number
  readonly children: ReactNode
}

/** A panel that can be collapsed by a command or by dragging. */
function CollapsiblePanel(props: CollapsiblePanelProps) {
  const { id, isOpen, onOpenChange, collapsedSize = 0 } = props
  const ref = usePanelRef()
  // Before the next paint, so that a panel that is added collapsed is not seen open.
  useLayoutEffect(() => {
    // A panel that was just added is not known to its group yet.
    const frame = requestAnimationFrame(() => {
      if (isOpen) ref.current?.expand()
      else ref.current?.collapse()
    })
    return () => cancelAnimationFrame(frame)
  }, [isOpen, ref])
  return (
    <Panel
      id={id}
      panelRef={ref}
      defaultSize={props.defaultSize}
      minSize={props.minSize}
      collapsedSize={collapsedSize}
      collapsible
      groupResizeBehavior="preserve-pixel-size"
      className={styles['panel']}
      style={{ overflow: 'hidden' }}
      onResize={({ inPixels }, _, before) => {
        if (before === undefined) return
        const isNowOpen = inPixels > collapsedSize + 1
        if (isNowOpen !== isOpen) onOpenChange(isNowOpen)
      }}
    >
      {props.children}
    </Panel>
  )
}

interface PanelLayout {
  /** The saved sizes in percent by panel. */
  readonly layout: Readonly<Record<string, number>> | undefined
  readonly save: (layout: Readonly<Record<string, number>>) => void
}

/** Remembers the sizes of a group of panels in the workspace. @param panels The panels' ids in their order. */
function usePanelLayout(group: string, panels: readonly string[]): PanelLayout {
  const services = useServices()
  const sizes = currentSettings(services).panels[group]
  return {
    layout: sizes?.length === panels.length ? layoutOf(panels, sizes) : undefined,
    save: layout =>
      attempt(async () => {
        const all = currentSettings(services).panels
        const changed = panels.map(panel => Math.round((layout[panel] ?? 0) * 100) / 100)
        await services.client.call('workspace.updateSettings', {
          settings: { panels: { ...all, [group]: changed } },
        })
      }),
  }
}

function layoutOf(panels: readonly string[], sizes: readonly number[]): Record<string, number> {
  return Object.fromEntries(panels.map((panel, index) => [panel, sizes[index] ?? 0]))
}
