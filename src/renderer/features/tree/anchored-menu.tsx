import { useState } from 'react'
import { Popover } from 'react-aria-components/Popover'
import { MenuList, type MenuProps } from '../../ui/menu.tsx'
import styles from './anchored-menu.module.css'
import type { Point } from './tree-mode.ts'

export interface AnchoredMenuProps extends MenuProps {
  readonly at: Point
  /** The menu is to go; called before what was chosen is done. */
  readonly onDone: () => void
}

/** A menu that opens at a point rather than at a button. */
export function AnchoredMenu({ at, label, groups, onChoose, onDone }: AnchoredMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  return (
    <>
      <span ref={setAnchor} className={styles['anchor']} style={{ left: at.x, top: at.y }} />
      {anchor !== null && (
        <Popover
          triggerRef={{ current: anchor }}
          isOpen
          placement="bottom start"
          offset={0}
          className={styles['popover'] ?? ''}
          onOpenChange={isOpen => {
            if (!isOpen) onDone()
          }}
        >
          <MenuList
            label={label}
            groups={groups}
            onChoose={id => {
              onDone()
              onChoose(id)
            }}
          />
        </Popover>
      )}
    </>
  )
}
