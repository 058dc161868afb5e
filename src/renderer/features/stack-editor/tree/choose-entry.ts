import type { StackNode } from '../model/stack-node.ts'
import { addNode, placeToAdd } from '../operations/add-node.ts'
import { changeKind } from '../operations/change-kind.ts'
import { NODE_COMMANDS } from '../operations/node-commands.ts'
import { wrapNode, wrappings } from '../operations/wrap-node.ts'
import { operate } from '../state/edit-actions.ts'
import type { EditorStore } from '../state/editor-store.ts'
import type { MenuName } from './node-menu.ts'

/** Does what was chosen in a menu; another menu's name when that has to be asked first. */
export function chooseEntry(
  store: EditorStore,
  node: StackNode,
  menu: MenuName,
  id: string,
): MenuName | undefined {
  const info = store.getState().kinds.get(id)
  if (menu === 'add' && info !== undefined) {
    const place = placeToAdd(node)
    if (place !== undefined) operate(store, stack => addNode(stack, place, info), { to: 'field' })
  } else if (menu === 'kind' && info !== undefined) {
    operate(store, stack => changeKind(stack, node, info), { to: 'field' })
  } else if (menu === 'wrap') {
    wrapIn(store, node, id)
  } else if (id === 'add' || id === 'kind' || id === 'wrap') {
    return id
  } else if (id.startsWith('wrap ')) {
    wrapIn(store, node, id.slice('wrap '.length))
  } else {
    runCommand(store, node, id)
  }
  return undefined
}

export function runCommand(store: EditorStore, node: StackNode, id: string): void {
  const command = NODE_COMMANDS.find(candidate => candidate.id === id)
  if (command?.check(node).isPossible === true)
    operate(store, stack => command.run(stack, node), { to: 'tree' })
}

function wrapIn(store: EditorStore, node: StackNode, kind: string): void {
  const wrapping = wrappings(store.getState().kinds).find(({ info }) => info.kind === kind)
  if (wrapping !== undefined) operate(store, stack => wrapNode(stack, node, wrapping), { to: 'tree' })
}
