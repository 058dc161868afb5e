import { useRef } from 'react'
import { Popover } from 'react-aria-components/Popover'
import { FocusReturn } from './focus-return.tsx'
import styles from './menu.module.css'
import { MenuList, type MenuProps } from './menu.tsx'

export interface ContextMenuProps extends MenuProps {
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
