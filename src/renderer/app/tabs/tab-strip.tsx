import { ChevronDown, FileText, Folder, House, Layers, SearchCode, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../ui/button.tsx'
import { MenuButton } from '../../ui/menu.tsx'
import { visibleText } from '../../ui/text/visible-name.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { type Tab, tabDescription, tabHints, tabTitle } from './tab.ts'
import styles from './tab-strip.module.css'

interface TabStripProps {
  readonly tabs: readonly Tab[]
  readonly active: Tab | undefined
  readonly onActivate: (tab: Tab) => void
  readonly onPin: (tab: Tab) => void
  readonly onClose: (tab: Tab) => void
  /** Shows the first page of the stack; absent where no stack is open. */
  readonly onHome: (() => void) | undefined
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
 * for the pointer only, because a tab cannot contain a button.
 */
export function TabStrip(props: TabStripProps) {
  const { tabs, active } = props
  const listRef = useRef<HTMLDivElement>(null)
  const activeId = active?.id
  // A tab grows by its mark.
  const isDirty = active?.isDirty
  useEffect(() => {
    listRef.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [activeId, isDirty])
  const more = useMore(listRef, tabs.length)
  const hints = tabHints(tabs)

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
    <div className={styles['strip']} data-region="tabs" data-more={more}>
      {props.onHome !== undefined && (
        <IconButton
          label="First page of the stack"
          icon={House}
          isPressed={active?.kind === 'home'}
          onPress={props.onHome}
        />
      )}
      <div
        ref={listRef}
        role="tablist"
        aria-label="Open tabs"
        className={styles['list']}
        onWheel={event => {
          if (event.deltaX === 0) event.currentTarget.scrollLeft += event.deltaY
        }}
      >
        {tabs.map((tab, index) => (
          <div
            key={tab.id}
            id={tabElementId(tab)}
            role="tab"
            aria-selected={tab === active}
            aria-controls={tab === active ? `${tab.id}-panel` : undefined}
            aria-description={tabState(tab)}
            tabIndex={tab === active ? 0 : -1}
            title={visibleText(tabDescription(tab))}
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
            <TabLabel tab={tab} hint={hints.get(tab.id)} onClose={() => props.onClose(tab)} />
          </div>
        ))}
      </div>
      <TabList tabs={tabs} hints={hints} onActivate={props.onActivate} />
    </div>
  )
}

const ICONS = { key: FileText, branch: Folder, stack: Layers, query: SearchCode, home: House }

interface TabListProps {
  readonly tabs: readonly Tab[]
  readonly hints: ReadonlyMap<string, string>
  readonly onActivate: (tab: Tab) => void
}

/** All open tabs by name, for more of them than the strip has room for. */
function TabList({ tabs, hints, onActivate }: TabListProps) {
  return (
    <MenuButton
      label="List of tabs"
      groups={[
        {
          id: 'Open tabs',
          entries: tabs.map(tab => {
            const Icon = ICONS[tab.kind]
            const hint = hints.get(tab.id)
            return {
              id: tab.id,
              label: visibleText(tabTitle(tab)),
              icon: <Icon size={13} aria-hidden />,
              ...(hint !== undefined && { detail: visibleText(hint) }),
              ...(tab.isDirty && { shortcut: '●' }),
            }
          }),
        },
      ]}
      onChoose={id => {
        const tab = tabs.find(other => other.id === id)
        if (tab === undefined) return
        onActivate(tab)
        requestAnimationFrame(() => document.getElementById(tabElementId(tab))?.focus())
      }}
    >
      <IconButton label="List of tabs" icon={ChevronDown} />
    </MenuButton>
  )
}

/** At which ends of the strip tabs are hidden. */
type More = 'start' | 'end' | 'both' | undefined

function useMore(list: RefObject<HTMLElement | null>, count: number): More {
  const [more, setMore] = useState<More>()
  useEffect(() => {
    const element = list.current
    if (element === null || count === 0) return undefined
    const update = () => {
      const isStart = element.scrollLeft > 1
      const isEnd = element.scrollLeft + element.clientWidth < element.scrollWidth - 1
      setMore(isStart ? (isEnd ? 'both' : 'start') : isEnd ? 'end' : undefined)
    }
    update()
    const observer = new ResizeObserver(update)
    observer.observe(element)
    element.addEventListener('scroll', update, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', update)
    }
  }, [list, count])
  return more
}

interface TabLabelProps {
  readonly tab: Tab
  /** Distinguishes it from tabs with the same title. */
  readonly hint: string | undefined
  readonly onClose: () => void
}

function TabLabel({ tab, hint, onClose }: TabLabelProps) {
  const Icon = ICONS[tab.kind]
  return (
    <>
      <Icon size={13} aria-hidden className={styles['icon'] ?? ''} />
      <bdi className={`${styles['title']} ${tab.isPreview ? styles['preview'] : ''}`}>
        <VisibleText text={tabTitle(tab)} />
      </bdi>
      {hint !== undefined && (
        <bdi className={styles['hint']}>
          <VisibleText text={hint} />
        </bdi>
      )}
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
