import { useRef } from 'react'
import { Popover } from 'react-aria-components/Popover'
import { MenuList } from '../../../ui/menu.tsx'
import { isMacPlatform } from '../../../ui/platform.ts'
import type { StackNode } from '../model/stack-node.ts'
import { useEditorState } from '../state/editor-context.ts'
import { type MenuName, nodeMenu } from './node-menu.ts'
import styles from './stack-pane.module.css'

export interface NodeMenuPopoverProps {
  readonly name: MenuName
  readonly anchor: Element
  readonly node: StackNode
  readonly onChoose: (id: string) => void
  readonly onClose: () => void
}

/** One of a node's menus, open below `anchor` as long as it is rendered. */
export function NodeMenuPopover({ name, anchor, node, onChoose, onClose }: NodeMenuPopoverProps) {
  const kinds = useEditorState(state => state.kinds)
  const trigger = useRef(anchor)
  const { label, groups } = nodeMenu(name, node, kinds, isMacPlatform())
  return (
    <Popover
      isOpen
      triggerRef={trigger}
      placement="bottom start"
      offset={2}
      className={styles['menu'] ?? ''}
      onOpenChange={isOpen => {
        if (!isOpen) onClose()
      }}
    >
      <MenuList key={name} label={label} groups={groups} onChoose={onChoose} />
    </Popover>
  )
}
