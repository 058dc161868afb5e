import { cutText, replaceAt } from '../json/edit-json.ts'
import { isPrefix, type JsonPath, type PathStep, parseJson } from '../json/json-tree.ts'
import { nodeOf, nodeTitle, readStack, type StackNode } from '../model/stack-node.ts'
import { insertNode, placeIn, placeToAdd } from './add-node.ts'
import {
  impossible,
  POSSIBLE,
  type Possible,
  removeNode,
  type Stack,
  type StackEdit,
} from './node-commands.ts'

/** What a node is dropped on: another node, or the edge that leads to one. */
export interface DropTarget {
  readonly type: 'node' | 'edge'
  readonly node: StackNode
}

/** What a drop does. */
export interface Drop {
  /** `Into Tiers`, `Before Shard B`. */
  readonly label: string
  readonly check: Possible
  readonly run: (stack: Stack) => StackEdit
}

/**
 * What it does to drop a node. On another node: it goes where a node that is added there goes, below it or after it. On
 * an edge: it goes between both ends if it can hold the lower one, else before that one.
 */
export function dropOf(dragged: StackNode, { type, node }: DropTarget): Drop {
  const title = nodeTitle(node)
  if (type === 'edge' && holdsAnother(dragged)) {
    return {
      label: `In front of ${title}`,
      check: canGo(dragged, node, undefined),
      run: stack => wrapIn(stack, dragged, node),
    }
  }
  if (type === 'edge') {
    const { slot } = node
    const place = slot?.type === 'many' ? placeIn(slot.parent, Number(slot.step)) : undefined
    return {
      label: `Before ${title}`,
      check:
        place === undefined ? impossible('its place takes one node') : canGo(dragged, node, place.parent),
      run: stack => moveTo(stack, dragged, place?.parent ?? node, Number(slot?.step)),
    }
  }
  const place = placeToAdd(node)
  const isInto = place?.parent === node
  return {
    label: `${isInto ? 'Into' : 'After'} ${title}`,
    check: place === undefined ? impossible('its place takes one node') : canGo(dragged, node, place.parent),
    run: stack => moveTo(stack, dragged, place?.parent ?? node, place?.index ?? 0),
  }
}

/** Whether a node has room for one more below it. */
function holdsAnother(node: StackNode): boolean {
  return placeToAdd(node)?.parent === node
}

function canGo(dragged: StackNode, target: StackNode, parent: StackNode | undefined): Possible {
  if (dragged.slot === undefined) return impossible('a stack needs a root')
  if (target.id === dragged.id) return impossible('it is there already')
  const isInside = isPrefix(dragged.path, parent?.path ?? target.path)
  return isInside ? impossible('it is inside the node itself') : POSSIBLE
}

/** Takes the node out and puts it below `parent`, before the child that was at `index`. */
function moveTo(stack: Stack, dragged: StackNode, parent: StackNode, index: number): StackEdit {
  const { without, pathIn } = takeOut(stack, dragged)
  const place = placeIn(nodeAt(without, pathIn(parent.path)), index)
  if (place === undefined) return { text: stack.text, select: dragged.path }
  const isLater = dragged.slot?.parent.id === parent.id && Number(dragged.slot.step) < index
  const at = isLater ? { ...place, index: index - 1 } : place
  return insertNode(without.text, at, cutText(stack.text, dragged.json), nameIn(dragged))
}

/** Puts the node in the place of another one, which becomes its last child. */
function wrapIn(stack: Stack, dragged: StackNode, inner: StackNode): StackEdit {
  const { without, pathIn } = takeOut(stack, dragged)
  const path = pathIn(inner.path)
  const held = cutText(without.text, nodeAt(without, path).json)
  const alone = `{"root":${cutText(stack.text, dragged.json)}}`
  const outer = readStack(parseJson(alone), stack.kinds)
  const place = outer && placeToAdd(outer)
  if (outer === undefined || place?.parent !== outer) return { text: stack.text, select: dragged.path }
  const filled = insertNode(alone, place, held).text
  const wrapper = readStack(parseJson(filled), stack.kinds)
  if (wrapper === undefined) return { text: stack.text, select: dragged.path }
  return { text: replaceAt(without.text, path, cutText(filled, wrapper.json)), select: path }
}

/** The stack without a node, and where other nodes are in it. */
function takeOut(
  stack: Stack,
  node: StackNode,
): { readonly without: Stack; readonly pathIn: (path: JsonPath) => JsonPath } {
  const { text } = removeNode(stack, node)
  const list = node.path.slice(0, -1)
  const from = node.path.at(-1)
  const shift = (step: PathStep, at: number): PathStep =>
    at === list.length && typeof step === 'number' && typeof from === 'number' && step > from
      ? step - 1
      : step
  return {
    without: { ...stack, text, root: readStack(parseJson(text), stack.kinds) },
    pathIn: path => (isPrefix(list, path) && path.length > list.length ? path.map(shift) : path),
  }
}

function nodeAt({ root }: Stack, path: JsonPath): StackNode {
  const node = nodeOf(root, path)
  if (node === undefined) throw new Error('The target of the move no longer exists in the stack')
  return node
}

/** The name that a node has among keyed siblings. */
function nameIn({ slot }: StackNode): string | undefined {
  return slot?.type === 'keyed' ? String(slot.step) : undefined
}
