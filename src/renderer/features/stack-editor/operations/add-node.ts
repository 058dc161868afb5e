import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { insertElement, type JsonText, printArray, printObject, setMember } from '../json/edit-json.ts'
import { type JsonNode, memberOf } from '../json/json-tree.ts'
import { ROOT_PATH } from '../model/draft.ts'
import { itemCount, type StackNode } from '../model/stack-node.ts'
import { FreshIds, newNode, nextName } from './new-node.ts'
import type { Stack, StackEdit } from './node-commands.ts'

/** Where to insert a new node: below `parent`, before the child at `index`. */
export interface AddPlace {
  readonly parent: StackNode
  readonly field: string
  readonly index: number
}

/** Below the node if it can have another child, otherwise next to it; `undefined` if neither is possible. */
export function placeToAdd(node: StackNode): AddPlace | undefined {
  return placeIn(node, itemCount(node)) ?? placeNextTo(node)
}

/** The label of the command that adds a node here. */
export function addLabel(node: StackNode): string {
  return (placeToAdd(node)?.parent ?? node) === node ? 'Add child' : 'Add beside'
}

function placeNextTo({ slot }: StackNode): AddPlace | undefined {
  if (slot?.type === 'many' && typeof slot.step === 'number') return placeIn(slot.parent, slot.step + 1)
  return slot?.type === 'keyed' ? placeIn(slot.parent, itemCount(slot.parent)) : undefined
}

/** Below `parent`, before the child at `index`; undefined if it has no room for one more. */
export function placeIn(parent: StackNode, index: number): AddPlace | undefined {
  const { children, childrenField: field } = parent.info ?? {}
  if (field === undefined) return undefined
  const place = { parent, field, index }
  const held = memberOf(parent.json, field)?.value
  switch (children) {
    case 'one':
      return held === undefined || held.type === 'null' ? place : undefined
    case 'many':
      return isAbsentOr(held, 'array') ? place : undefined
    case 'keyed':
      return isAbsentOr(held, 'object') ? place : undefined
    default:
      return undefined
  }
}

function isAbsentOr(node: JsonNode | undefined, type: JsonNode['type']): boolean {
  return node === undefined || node.type === type
}

export function addNode(stack: Stack, place: AddPlace, info: KindInfo): StackEdit {
  const { text } = stack
  const id = new FreshIds(stack.root).next(info.kind)
  return insertNode(text, place, newNode({ info, id, siblings: place.parent.children, text }))
}

/** @param wanted The name among keyed siblings, if it is free. */
export function insertNode(
  text: string,
  { parent, field, index }: AddPlace,
  node: JsonText,
  wanted?: string,
): StackEdit {
  const at = [...parent.path, field]
  const isThere = memberOf(parent.json, field) !== undefined
  switch (parent.info?.children) {
    case 'many': {
      const edited = isThere
        ? insertElement(text, at, index, node)
        : setMember(text, parent.path, field, printArray([node]))
      return { text: edited, select: [...at, index] }
    }
    case 'keyed': {
      const isFree = parent.children.every(({ slot }) => slot?.step !== wanted)
      const name = wanted !== undefined && isFree ? wanted : freshName(parent)
      const edited = isThere
        ? setMember(text, at, name, node)
        : setMember(text, parent.path, field, printObject([[name, node]]))
      return { text: edited, select: [...at, name] }
    }
    default:
      return { text: setMember(text, parent.path, field, node), select: at }
  }
}

/** Adds a root node to a document that has none. */
export function addRoot({ text }: Pick<Stack, 'text'>, info: KindInfo): StackEdit {
  const node: JsonText = newNode({ info, id: new FreshIds(undefined).next(info.kind), siblings: [], text })
  return { text: setMember(text, [], 'root', node), select: ROOT_PATH }
}

/** A key for a new keyed child: `/` for the first one, numbered keys for the others. */
export function freshName(parent: StackNode): string {
  const names = parent.children.map(({ slot }) => String(slot?.step))
  return names.length === 0 ? '/' : nextName(names.at(-1) === '/' ? [...names, '/store-0'] : names)
}
