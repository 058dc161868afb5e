import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import {
  cutText,
  insertElement,
  type JsonText,
  printArray,
  printJson,
  printObject,
  removeElement,
  removeMember,
  replaceAt,
  setMember,
} from '../json/edit-json.ts'
import { type JsonPath, parseJson } from '../json/json-tree.ts'
import {
  isRecord,
  itemCount,
  type Kinds,
  nodeTitle,
  readStack,
  type StackNode,
  walk,
} from '../model/stack-node.ts'
import { freshName } from './add-node.ts'
import { FreshIds, idOf, newNode } from './new-node.ts'

/** The document that an operation changes: its text, and the nodes read from it. */
export interface Stack {
  readonly text: string
  readonly root: StackNode | undefined
  readonly kinds: Kinds
}

/** The result of an operation. */
export interface StackEdit {
  readonly text: string
  /** The node to select afterwards. */
  readonly select: JsonPath
}

/** Whether an operation is possible; if not, the reason, which is shown after its name. */
export type Possible = { readonly isPossible: true } | { readonly isPossible: false; readonly reason: string }

export const POSSIBLE: Possible = { isPossible: true }

export function impossible(reason: string): Possible {
  return { isPossible: false, reason }
}

function unchanged({ text }: Stack, { path }: StackNode): StackEdit {
  return { text, select: path }
}

/** An operation on a node that needs no further input. */
export interface NodeCommand {
  readonly id: 'unwrap' | 'replaceParent' | 'duplicate' | 'moveUp' | 'moveDown' | 'remove'
  readonly label: string
  /** In Electron's accelerator syntax. */
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

function canRemove(node: StackNode): Possible {
  return node.slot === undefined ? impossible('a stack needs a root') : POSSIBLE
}

export function removeNode(stack: Stack, node: StackNode): StackEdit {
  if (node.slot === undefined) return unchanged(stack, node)
  const { text } = stack
  const { path } = node
  const { parent, type, step } = node.slot
  const holder = path.slice(0, -1)
  if (type !== 'many' || typeof step !== 'number') {
    return { text: removeMember(text, holder, String(step)), select: parent.path }
  }
  const left = itemCount(parent) - 1
  const select = left === 0 ? parent.path : [...holder, Math.min(step, left - 1)]
  return { text: removeElement(text, holder, step), select }
}

function canDuplicate({ slot }: StackNode): Possible {
  if (slot === undefined) return impossible('a stack has one root')
  return slot.type === 'one' ? impossible('its place takes one node') : POSSIBLE
}

/**
 * Inserts a copy next to the node. Its ids change, because they must be unique, and its name changes, to distinguish it
 * from the original. A repeated path is reported as a problem.
 */
export function duplicateNode(stack: Stack, node: StackNode): StackEdit {
  if (node.slot === undefined) return unchanged(stack, node)
  const { parent, type, step } = node.slot
  const holder = node.path.slice(0, -1)
  const copy = withNextName(stack, withFreshIds(stack, cutText(stack.text, node.json)), node)
  if (type === 'many' && typeof step === 'number') {
    return { text: insertElement(stack.text, holder, step + 1, copy), select: [...holder, step + 1] }
  }
  const name = freshName(parent)
  return { text: setMember(stack.text, holder, name, copy), select: [...holder, name] }
}

function withFreshIds({ root, kinds }: Stack, node: JsonText): JsonText {
  const ids = new FreshIds(root)
  let document = `{"root":${node}}`
  const copied = readStack(parseJson(document), kinds)
  for (const inner of copied === undefined ? [] : walk(copied)) {
    if (idOf(inner) === undefined || inner.kind === undefined) continue
    document = setMember(document, inner.path, 'id', printJson(ids.next(inner.kind)))
  }
  const fresh = readStack(parseJson(document), kinds)
  return fresh === undefined ? node : cutText(document, fresh.json)
}

/** `Cache 2` for a copy of `Cache`. A node without a name of its own is called by its kind, and so is its copy. */
function withNextName({ root }: Stack, copy: JsonText, { label }: StackNode): JsonText {
  if (!label) return copy
  const taken = new Set(root === undefined ? [] : walk(root).map(nodeTitle))
  const series = label.replace(/ \d+$/, '')
  let number = 2
  while (taken.has(`${series} ${number}`)) number++
  return setMember(copy, [], 'label', printJson(`${series} ${number}`))
}

function canMove({ slot }: StackNode, by: 1 | -1): Possible {
  if (slot?.type !== 'many' || typeof slot.step !== 'number') return impossible('its place has no order')
  const target = slot.step + by
  if (target < 0) return impossible('it is the first')
  return target < itemCount(slot.parent) ? POSSIBLE : impossible('it is the last')
}

function moveNode(stack: Stack, node: StackNode, by: 1 | -1): StackEdit {
  const { text } = stack
  const list: JsonPath = node.path.slice(0, -1)
  const index = Number(node.slot?.step)
  const without = removeElement(text, list, index)
  const moved = insertElement(without, list, index + by, cutText(text, node.json))
  return { text: moved, select: [...list, index + by] }
}

/** A way to insert a new node above another one, which becomes its child. */
interface Wrapping {
  readonly info: KindInfo
  readonly label: string
  /** Whether the kind's schema gives this label. */
  readonly isNamed: boolean
  /** Kinds of the new nodes to insert before the wrapped one. */
  readonly before: readonly KindInfo[]
}

/**
 * Every kind with children can wrap a node. The kind's schema may give a label, and kinds of nodes to insert before the
 * wrapped one: `"x-wrap": { "label": "Put a cache in front", "before": ["memory"] }`.
 */
export function wrappings(kinds: Kinds): readonly Wrapping[] {
  return [...kinds.values()]
    .filter(info => info.childrenField !== undefined)
    .map(info => {
      const hint = isRecord(info.schema['x-wrap']) ? info.schema['x-wrap'] : {}
      const before = Array.isArray(hint['before']) ? hint['before'] : []
      const name = typeof hint['label'] === 'string' ? hint['label'] : undefined
      return {
        info,
        label: name ?? `Wrap in ${info.label}`,
        isNamed: name !== undefined,
        before: before.flatMap(kind => kinds.get(String(kind)) ?? []),
      }
    })
}

export function wrapNode(stack: Stack, node: StackNode, { info, before }: Wrapping): StackEdit {
  const { text } = stack
  const ids = new FreshIds(stack.root)
  const wrapped = cutText(text, node.json)
  const id = ids.next(info.kind)
  const first = before.map(kind => newNode({ info: kind, id: ids.next(kind.kind), siblings: [], text }))
  const children = holdChildren(info, first, wrapped)
  const wrapper = newNode({ info, id, siblings: [], text, children })
  return { text: replaceAt(text, node.path, wrapper), select: node.path }
}

function holdChildren(info: KindInfo, before: readonly JsonText[], wrapped: JsonText): JsonText {
  if (info.children === 'many') return printArray([...before, wrapped])
  return info.children === 'keyed' ? printObject([['/', wrapped]]) : wrapped
}

export function canUnwrap(node: StackNode): Possible {
  if (node.children.length === 0) return impossible('there is nothing in it')
  if (node.children.length === 1 || node.slot?.type === 'many') return POSSIBLE
  return impossible(`there are ${node.children.length} nodes in it, and its place takes one`)
}

/** Replaces the node by its children. */
export function unwrapNode({ text }: Stack, node: StackNode): StackEdit {
  const children = node.children.map(child => cutText(text, child.json))
  const [only] = children
  if (only !== undefined && children.length === 1) {
    return { text: replaceAt(text, node.path, only), select: node.path }
  }
  const list = node.path.slice(0, -1)
  const index = Number(node.slot?.step)
  const edited = children.reduceRight(
    (result, child) => insertElement(result, list, index, child),
    removeElement(text, list, index),
  )
  return { text: edited, select: node.path }
}

function canReplaceParent({ slot }: StackNode): Possible {
  return slot === undefined ? impossible('it is the root') : POSSIBLE
}

/** Replaces the parent by the node; the node's siblings are removed. */
function replaceParent(stack: Stack, node: StackNode): StackEdit {
  const parent = node.slot?.parent
  if (parent === undefined) return unchanged(stack, node)
  const text = replaceAt(stack.text, parent.path, cutText(stack.text, node.json))
  return { text, select: parent.path }
}
