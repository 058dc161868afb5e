import { type ReactNode, useRef } from 'react'
import { Header } from 'react-aria-components/Header'
import { Keyboard } from 'react-aria-components/Keyboard'
import { Menu as AriaMenu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { Text } from 'react-aria-components/Text'
import { FocusReturn } from './dialog.tsx'
import styles from './menu.module.css'
import { VisibleText } from './text/visible-text.tsx'

export interface MenuEntry {
  readonly id: string
  readonly label: string
  readonly detail?: string | undefined
  /** As shown: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  readonly icon?: ReactNode
  readonly isDisabled?: boolean
  readonly isDangerous?: boolean
}

export interface MenuGroup {
  readonly id: string
  /** Heading of the group; a group without one is separated by a line. */
  readonly title?: string
  readonly entries: readonly MenuEntry[]
}

interface MenuProps {
  readonly label: string
  readonly groups: readonly MenuGroup[]
  readonly onChoose: (id: string) => void
  /** Whether the first entry gets the focus; the menu of a button does that by default. */
  readonly autoFocus?: boolean
}

/** A button (the one child) that opens a menu. */
export function MenuButton({ children, ...menu }: MenuProps & { readonly children: ReactNode }) {
  return (
    <MenuTrigger>
      {children}
      <Popover className={styles['popover'] ?? ''} offset={2} placement="bottom start">
        <MenuList {...menu} />
        <FocusReturn />
      </Popover>
    </MenuTrigger>
  )
}

/** A menu without a button, to be placed in a popover. */
function MenuList({ label, groups, onChoose, autoFocus = false }: MenuProps) {
  const filled = groups.filter(group => group.entries.length > 0)
  return (
    <AriaMenu
      {...(autoFocus && { autoFocus: 'first' as const })}
      aria-label={label}
      className={styles['menu'] ?? ''}
      onAction={id => onChoose(String(id))}
    >
      {filled.map(group => (
        <MenuSection
          key={group.id}
          // A group may be named like an entry, and ids are unique in a menu.
          id={`group ${group.id}`}
          className={styles['section'] ?? ''}
          aria-label={group.title ?? group.id}
        >
          {group.title !== undefined && <Header className={styles['header'] ?? ''}>{group.title}</Header>}
          {group.entries.map(entry => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </MenuSection>
      ))}
    </AriaMenu>
  )
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  return (
    <MenuItem
      id={entry.id}
      textValue={entry.label}
      isDisabled={entry.isDisabled ?? false}
      className={`${styles['entry']} ${entry.isDangerous === true ? styles['dangerous'] : ''}`}
    >
      <span className={styles['icon']}>{entry.icon}</span>
      <Text slot="label" className={styles['label'] ?? ''}>
        <VisibleText text={entry.label} />
      </Text>
      {entry.detail !== undefined && (
        <Text slot="description" className={styles['detail'] ?? ''}>
          {/* Cut off at its start, but written from left to right. */}
          <bdi dir="ltr">
            <VisibleText text={entry.detail} />
          </bdi>
        </Text>
      )}
      {entry.shortcut !== undefined && (
        <Keyboard className={styles['shortcut'] ?? ''}>{entry.shortcut}</Keyboard>
      )}
    </MenuItem>
  )
}

interface ContextMenuProps extends MenuProps {
  /** Where it opens, in pixels of the window. */
  readonly at: { readonly x: number; readonly y: number }
  readonly onClose: () => void
}

/** A menu at a point, open as long as it is rendered. */
export function ContextMenu({ at, onClose, onChoose, ...menu }: ContextMenuProps) {
  const anchorRef = useRef<HTMLSpanElement>(null)
  return (
    <>
      <span ref={anchorRef} className={styles['anchor']} style={{ left: at.x, top: at.y }} />
      <Popover
        isOpen
        aria-label={menu.label}
        triggerRef={anchorRef}
        placement="bottom start"
        offset={2}
        className={styles['popover'] ?? ''}
        onOpenChange={isOpen => {
          if (!isOpen) onClose()
        }}
      >
        <MenuList
          {...menu}
          autoFocus
          onChoose={id => {
            onClose()
            onChoose(id)
          }}
        />
        <FocusReturn />
      </Popover>
    </>
  )
}
