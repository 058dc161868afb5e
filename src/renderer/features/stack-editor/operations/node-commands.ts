import type { StackNode } from '../model/stack-node.ts'
import { canDuplicate, canMove, canRemove, duplicateNode, moveNode, removeNode } from './rearrange-nodes.ts'
import type { Possible, Stack, StackEdit } from './stack-edit.ts'
import { canReplaceParent, canUnwrap, replaceParent, unwrapNode } from './wrap-node.ts'

/** What can be done with a node without asking anything more. */
export interface NodeCommand {
  readonly id: 'unwrap' | 'replaceParent' | 'duplicate' | 'moveUp' | 'moveDown' | 'remove'
  readonly label: string
  /** As Electron spells accelerators. */
  readonly shortcut?: string
  readonly check: (node: StackNode) => Possible
  readonly run: (stack: Stack, node: StackNode) => StackEdit
}

export const NODE_COMMANDS: readonly NodeCommand[] = [
  { id: 'unwrap', label: 'Unwrap', check: canUnwrap, run: unwrapNode },
  {
    id: 'replaceParent',
    label: 'Put in place of its parent',
    check: canReplaceParent,
    run: replaceParent,
  },
  {
    id: 'duplicate',
    label: 'Duplicate',
    shortcut: 'CmdOrCtrl+D',
    check: canDuplicate,
    run: duplicateNode,
  },
  {
    id: 'moveUp',
    label: 'Move up',
    shortcut: 'Alt+Up',
    check: node => canMove(node, -1),
    run: (stack, node) => moveNode(stack, node, -1),
  },
  {
    id: 'moveDown',
    label: 'Move down',
    shortcut: 'Alt+Down',
    check: node => canMove(node, 1),
    run: (stack, node) => moveNode(stack, node, 1),
  },
  {
    id: 'remove',
    label: 'Remove',
    shortcut: 'Delete',
    check: canRemove,
    run: removeNode,
  },
]
