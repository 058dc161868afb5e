import { ArrowDown, ArrowUp, Copy, Layers, Plus, Trash2, Ungroup } from 'lucide-react'
import { useCallback, useState } from 'react'
import { IconButton, Toolbar } from '../../../ui/button.tsx'
import { ContextMenu } from '../../../ui/menu.tsx'
import { PanelHeader } from '../../../ui/panels.tsx'
import { formatShortcut, isMacPlatform } from '../../../ui/shortcut.tsx'
import { addLabel, placeToAdd } from '../operations/add-node.ts'
import { NODE_COMMANDS, type NodeCommand } from '../operations/node-commands.ts'
import { useEditor, useEditorState, useSelectedNode } from '../state/editor-context.ts'
import { chooseEntry, type MenuName, nodeMenu, runCommand } from './node-menu.ts'
import styles from './stack-pane.module.css'
import { below, type Point, StackTree } from './stack-tree.tsx'

const ICONS: Readonly<Partial<Record<NodeCommand['id'], typeof Plus>>> = {
  unwrap: Ungroup,
  duplicate: Copy,
  moveUp: ArrowUp,
  moveDown: ArrowDown,
  remove: Trash2,
}

interface OpenMenu {
  readonly name: MenuName
  readonly at: Point
}

/** The tree of nodes with its toolbar and menus. */
export function StackPane() {
  const { store } = useEditor()
  const node = useSelectedNode()
  const kinds = useEditorState(state => state.kinds)
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const [menu, setMenu] = useState<OpenMenu>()
  const isMac = isMacPlatform()
  const isOff = node === undefined || isBroken
  const openMenu = useCallback((name: MenuName, at: Point) => setMenu({ name, at }), [])

  return (
    <section className={styles['pane']} aria-label="Nodes">
      <PanelHeader title="Stack">
        <Toolbar label="Node">
          <IconButton
            label={node === undefined ? 'Add child' : addLabel(node)}
            icon={Plus}
            shortcut="+"
            isDisabled={isOff || placeToAdd(node) === undefined}
            onPress={({ target }) => openMenu('add', below(target))}
          />
          <IconButton
            label="Wrap"
            icon={Layers}
            isDisabled={isOff}
            onPress={({ target }) => openMenu('wrap', below(target))}
          />
          {NODE_COMMANDS.map(({ id, label, shortcut, check }) => {
            const icon = ICONS[id]
            if (icon === undefined) return null
            return (
              <IconButton
                key={id}
                label={label}
                icon={icon}
                shortcut={shortcut && formatShortcut(shortcut, isMac)}
                isDisabled={isOff || !check(node).isPossible}
                onPress={() => {
                  if (node !== undefined) runCommand(store, node, id)
                }}
              />
            )
          })}
        </Toolbar>
      </PanelHeader>
      <StackTree onMenu={openMenu} />
      {menu !== undefined && !isOff && (
        <ContextMenu
          key={menu.name}
          {...nodeMenu(menu.name, node, kinds, isMac)}
          at={menu.at}
          onClose={() => setMenu(undefined)}
          onChoose={id => {
            const next = chooseEntry(store, node, menu.name, id)
            if (next !== undefined) openMenu(next, menu.at)
          }}
        />
      )}
    </section>
  )
}
