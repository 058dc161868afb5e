import { X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { IconButton } from '../../ui/icon-button.tsx'
import { nextTabIndex } from './next-tab-index.ts'
import { type Tab, tabDescription } from './tab.ts'
import { TabLabel } from './tab-label.tsx'
import styles from './tab-strip.module.css'

export interface TabStripProps {
  readonly tabs: readonly Tab[]
  readonly active: Tab | undefined
  readonly closeShortcut: string | undefined
  readonly onActivate: (tab: Tab) => void
  readonly onPin: (tab: Tab) => void
  readonly onClose: (tab: Tab) => void
  readonly onMenu: (tab: Tab, at: { readonly x: number; readonly y: number }) => void
}

/** The id that ties a tab to its panel. */
export function tabElementId(tab: Tab): string {
  return `${tab.id}-tab`
}

function tabState(tab: Tab): string | undefined {
  if (tab.isDirty) return 'unsaved changes'
  return tab.isPreview ? 'preview' : undefined
}

/**
 * Tabs by the APG pattern: arrows move and show, Delete closes, Shift+F10 opens the menu. The cross in a tab is for
 * the pointer alone, because a tab can hold no button; "Close tab" at the end stands for it.
 */
export function TabStrip(props: TabStripProps) {
  const { tabs, active } = props
  const listRef = useRef<HTMLDivElement>(null)
  const activeId = active?.id
  useEffect(() => {
    listRef.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [activeId])

  function press(event: KeyboardEvent, index: number, tab: Tab): void {
    const next = nextTabIndex(event.key, index, tabs.length)
    if (next !== undefined) {
      const target = tabs[next]
      if (target === undefined) return
      props.onActivate(target)
      document.getElementById(tabElementId(target))?.focus()
    } else if (event.key === 'Delete') props.onClose(tab)
    else if (event.key === 'Enter' || event.key === ' ') props.onPin(tab)
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const { left, bottom } = event.currentTarget.getBoundingClientRect()
      props.onMenu(tab, { x: left, y: bottom })
    } else return
    event.preventDefault()
  }

  return (
    <div className={styles['strip']} data-region="tabs">
      <div ref={listRef} role="tablist" aria-label="Open tabs" className={styles['list']}>
        {tabs.map((tab, index) => (
          <div
            key={tab.id}
            id={tabElementId(tab)}
            role="tab"
            aria-selected={tab === active}
            aria-controls={tab === active ? `${tab.id}-panel` : undefined}
            aria-description={tabState(tab)}
            tabIndex={tab === active ? 0 : -1}
            title={tabDescription(tab)}
            className={styles['tab']}
            onMouseDown={event => {
              if (event.button === 0) props.onActivate(tab)
              // The middle button would begin to scroll.
              if (event.button === 1) event.preventDefault()
            }}
            onAuxClick={event => {
              if (event.button === 1) props.onClose(tab)
            }}
            onDoubleClick={() => props.onPin(tab)}
            onContextMenu={event => {
              event.preventDefault()
              props.onMenu(tab, { x: event.clientX, y: event.clientY })
            }}
            onKeyDown={event => press(event, index, tab)}
          >
            <TabLabel tab={tab} onClose={() => props.onClose(tab)} />
          </div>
        ))}
      </div>
      {active !== undefined && (
        <IconButton
          label="Close tab"
          icon={X}
          shortcut={props.closeShortcut}
          onPress={() => props.onClose(active)}
        />
      )}
    </div>
  )
}
