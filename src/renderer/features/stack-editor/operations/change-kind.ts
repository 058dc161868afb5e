import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import {
  cutText,
  type JsonText,
  printArray,
  printJson,
  printObject,
  removeMember,
  renameMember,
  replaceAt,
  setMember,
} from '../json/edit-json.ts'
import { elementsOf, type JsonNode, memberOf, membersOf, nodeAt, parseJson } from '../json/json-tree.ts'
import { accepts, itemCount, propertiesOf, type StackNode } from '../model/stack-node.ts'
import { suggestOption } from './new-node.ts'
import { impossible, POSSIBLE, type Possible, type Stack, type StackEdit } from './node-commands.ts'

/** The new kind must be able to hold all children: none is ever dropped. */
export function canBecome(node: StackNode, info: KindInfo): Possible {
  const count = itemCount(node)
  if (count === 0 || info.children === 'many' || info.children === 'keyed') return POSSIBLE
  if (info.children === 'one' && count === 1 && node.children.length === 1) return POSSIBLE
  const takes = info.children === 'one' ? 'takes one node' : 'takes no nodes'
  return impossible(`it ${takes}, and there ${count === 1 ? 'is 1' : `are ${count}`} in this one`)
}

/** Changes the kind of a node. Keeps its id, its children, and each option that is valid for the new kind. */
export function changeKind({ text }: Stack, node: StackNode, info: KindInfo): StackEdit {
  const { path } = node
  let edited = setMember(text, path, 'kind', printJson(info.kind), [])
  const known = new Set(propertiesOf(node.info).map(({ name }) => name))
  const properties = propertiesOf(info)
  for (const { name } of properties) known.add(name)
  for (const { name, value } of membersOf(node.json)) {
    const property = properties.find(candidate => candidate.name === name)
    const isKept = property === undefined ? !known.has(name) : accepts(property.schema, value)
    if (!isKept) edited = removeMember(edited, path, name)
  }
  edited = moveChildren(edited, node, info)
  for (const property of properties) {
    const value = suggestOption(property, [], text)
    const isPresent = memberOf(nodeAt(parseJson(edited), path), property.name) !== undefined
    if (value !== undefined && !isPresent)
      edited = setMember(edited, path, property.name, value, ['kind', 'id', 'label'])
  }
  return { text: edited, select: path }
}

/** Moves the children to the field of the new kind, in the structure that it requires. */
function moveChildren(text: string, node: StackNode, info: KindInfo): string {
  const from = node.info?.childrenField
  const to = info.childrenField
  const held = from === undefined ? undefined : nodeAt(parseJson(text), [...node.path, from])
  if (from === undefined || held === undefined) return text
  if (to === undefined || itemCount(node) === 0) return removeMember(text, node.path, from)
  const items = itemsOf(text, held, node)
  const isSameForm = node.info?.children === info.children
  const inPlace = isSameForm ? text : replaceAt(text, [...node.path, from], holding(items, info))
  return from === to ? inPlace : renameMember(inPlace, node.path, from, to)
}

function itemsOf(text: string, held: JsonNode, node: StackNode): readonly JsonText[] {
  if (held.type === 'array') return elementsOf(held).map(element => cutText(text, element))
  if (held.type === 'object' && node.info?.children === 'keyed')
    return membersOf(held).map(({ value }) => cutText(text, value))
  return [cutText(text, held)]
}

function holding(items: readonly JsonText[], { children }: KindInfo): JsonText {
  if (children === 'many') return printArray(items)
  if (children === 'keyed') return printObject(items.map((item, index) => [`/${index + 1}`, item]))
  return items[0] ?? '{}'
}
