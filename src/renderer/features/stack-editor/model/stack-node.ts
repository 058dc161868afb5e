import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import {
  elementsOf,
  formatPath,
  isPrefix,
  type JsonNode,
  type JsonPath,
  memberOf,
  membersOf,
  nodeAt,
  type PathStep,
  rangeOf,
  stringOf,
} from '../json/json-tree.ts'
import { ROOT_PATH } from './draft.ts'

export type Kinds = ReadonlyMap<string, KindInfo>

/** How a node is attached to its parent. */
interface Slot {
  readonly parent: StackNode
  /** `one`: the only child; `many`: an element of a list; `keyed`: a member with a name. */
  readonly type: 'one' | 'many' | 'keyed'
  /** Its index in the list or its name. */
  readonly step: PathStep
}

/** A node of the stack as the document describes it, valid or not. */
export interface StackNode {
  readonly path: JsonPath
  /** `path` as text. It identifies the node until the document changes. */
  readonly id: string
  readonly json: JsonNode
  readonly kind: string | undefined
  /** The kind's entry in the registry; absent for an unknown kind. */
  readonly info: KindInfo | undefined
  readonly label: string | undefined
  readonly slot: Slot | undefined
  readonly children: readonly StackNode[]
}

/** The stack's nodes; undefined if the document has no object at `root`. */
export function readStack(document: JsonNode | undefined, kinds: Kinds): StackNode | undefined {
  const root = nodeAt(document, ROOT_PATH)
  return root?.type === 'object' ? readNode(root, ROOT_PATH, undefined, kinds) : undefined
}

/** What a node is called. */
export function nodeTitle({ label, info, kind }: Pick<StackNode, 'label' | 'info' | 'kind'>): string {
  return label || info?.label || kind || 'No kind yet'
}

/** The node and all below it, parents first. */
export function walk(node: StackNode): StackNode[] {
  return [node, ...node.children.flatMap(walk)]
}

/** The number of items in the node's children field, including items that are not valid nodes. */
export function itemCount({ json, info }: StackNode): number {
  const held = info?.childrenField === undefined ? undefined : memberOf(json, info.childrenField)?.value
  if (held?.type === 'array') return elementsOf(held).length
  return held?.type === 'object' && info?.children === 'keyed' ? membersOf(held).length : held ? 1 : 0
}

/** The deepest node whose path is a prefix of `path`. */
export function nodeOf(root: StackNode | undefined, path: JsonPath): StackNode | undefined {
  if (root === undefined || !isPrefix(root.path, path)) return undefined
  for (const child of root.children) {
    const found = nodeOf(child, path)
    if (found !== undefined) return found
  }
  return root
}

function readNode(json: JsonNode, path: JsonPath, slot: Slot | undefined, kinds: Kinds): StackNode {
  const kind = stringOf(memberOf(json, 'kind')?.value)
  const info = kind === undefined ? undefined : kinds.get(kind)
  const label = stringOf(memberOf(json, 'label')?.value)
  const children: StackNode[] = []
  const node: StackNode = { path, id: formatPath(path), json, kind, info, label, slot, children }
  const field = info?.childrenField
  const held = field === undefined ? undefined : memberOf(json, field)?.value
  if (field === undefined || held === undefined) return node
  const add = (child: JsonNode, steps: JsonPath, type: Slot['type'], step: PathStep) => {
    if (child.type === 'object')
      children.push(readNode(child, [...path, ...steps], { parent: node, type, step }, kinds))
  }
  if (info?.children === 'one') add(held, [field], 'one', field)
  if (info?.children === 'many' && held.type === 'array')
    for (const [index, child] of elementsOf(held).entries()) add(child, [field, index], 'many', index)
  if (info?.children === 'keyed' && held.type === 'object')
    for (const { name, value } of membersOf(held)) add(value, [field, name], 'keyed', name)
  return node
}

/** The deepest node whose text contains the offset or ends at it. */
export function nodeAtOffset(root: StackNode | undefined, offset: number): StackNode | undefined {
  if (root === undefined) return undefined
  const { from, to } = rangeOf(root.json)
  if (offset < from || offset > to) return undefined
  for (const child of root.children) {
    const found = nodeAtOffset(child, offset)
    if (found !== undefined) return found
  }
  return root
}

/** A JSON Schema, read member by member. A member of an unexpected type is treated as absent. */
export type Schema = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface Property {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** The options of a kind, in the order of its schema. */
export function propertiesOf(info: KindInfo | undefined): readonly Property[] {
  const properties = info?.schema['properties']
  const required = info?.schema['required']
  if (!isRecord(properties)) return []
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: isRecord(schema) ? schema : {},
    isRequired: Array.isArray(required) && required.includes(name),
  }))
}

/** Whether a value fits a schema: it has the right type and, if there is an `enum`, is one of its values. */
export function accepts(schema: Schema, node: JsonNode): boolean {
  const choices = schema['enum']
  if (Array.isArray(choices)) return 'value' in node && choices.includes(node.value)
  const { type } = schema
  if (typeof type !== 'string') return true
  if (type === 'integer') return node.type === 'number' && Number.isInteger(node.value)
  return node.type === type
}
