import type { JsonPath } from '../json/json-node.ts'
import { parseJson } from '../json/parse-json.ts'
import { cutText, insertElement, removeElement, removeMember, setMember } from '../json/patch-json.ts'
import { type JsonText, printJson } from '../json/print-json.ts'
import { itemCount, readStack, type StackNode, walk } from '../model/stack-node.ts'
import { freshName } from './add-node.ts'
import { FreshIds, idOf } from './fresh-ids.ts'
import { impossible, POSSIBLE, type Possible, type Stack, type StackEdit, unchanged } from './stack-edit.ts'

export function canRemove(node: StackNode): Possible {
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

export function canDuplicate({ slot }: StackNode): Possible {
  if (slot === undefined) return impossible('a stack has one root')
  return slot.type === 'one' ? impossible('its place takes one node') : POSSIBLE
}

/** A copy beside the node. Only ids change, as no two nodes may share one; a path used twice is for the user to see. */
export function duplicateNode(stack: Stack, node: StackNode): StackEdit {
  if (node.slot === undefined) return unchanged(stack, node)
  const { parent, type, step } = node.slot
  const holder = node.path.slice(0, -1)
  const copy = withFreshIds(stack, cutText(stack.text, node.json))
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

export function canMove({ slot }: StackNode, by: 1 | -1): Possible {
  if (slot?.type !== 'many' || typeof slot.step !== 'number') return impossible('its place has no order')
  const target = slot.step + by
  if (target < 0) return impossible('it is the first')
  return target < itemCount(slot.parent) ? POSSIBLE : impossible('it is the last')
}

export function moveNode(stack: Stack, node: StackNode, by: 1 | -1): StackEdit {
  const { text } = stack
  const list: JsonPath = node.path.slice(0, -1)
  const index = Number(node.slot?.step)
  const without = removeElement(text, list, index)
  const moved = insertElement(without, list, index + by, cutText(text, node.json))
  return { text: moved, select: [...list, index + by] }
}
