import { FileText, Folder, Layers, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { IconButton } from '../../ui/button.tsx'
import { type Tab, tabDescription, tabTitle } from './tab.ts'
import styles from './tab-strip.module.css'

interface TabStripProps {
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
 * Tabs by the APG pattern: arrow keys move and activate, Delete closes, Shift+F10 opens the menu. The cross in a tab is
 * for the pointer only, because a tab cannot contain a button; the keyboard uses "Close tab" at the end.
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
              // The middle button would start autoscrolling.
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

const ICONS = { key: FileText, branch: Folder, stack: Layers }

function TabLabel({ tab, onClose }: { readonly tab: Tab; readonly onClose: () => void }) {
  const Icon = ICONS[tab.kind]
  return (
    <>
      <Icon size={13} aria-hidden className={styles['icon'] ?? ''} />
      <span className={`${styles['title']} ${tab.isPreview ? styles['preview'] : ''}`}>{tabTitle(tab)}</span>
      {tab.isDirty && <span className={styles['dirty']} aria-hidden />}
      <span
        aria-hidden
        title="Close"
        className={styles['close']}
        // Prevents activating the tab.
        onMouseDown={event => event.stopPropagation()}
        onDoubleClick={event => event.stopPropagation()}
        onClick={onClose}
      >
        <X size={13} />
      </span>
    </>
  )
}

/** The index of the tab that a key moves to; `undefined` for other keys. Arrow keys wrap around. */
function nextTabIndex(key: string, index: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count
    case 'ArrowLeft':
      return (index + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
