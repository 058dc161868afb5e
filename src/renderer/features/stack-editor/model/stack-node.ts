import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import {
  formatPath,
  isPrefix,
  type JsonNode,
  type JsonObject,
  type JsonPath,
  memberOf,
  nodeAt,
  type PathStep,
  stringOf,
} from '../json/json-tree.ts'
import { ROOT_PATH } from './draft.ts'

export type Kinds = ReadonlyMap<string, KindInfo>

/** How a node hangs below its parent. */
interface Slot {
  readonly parent: StackNode
  /** `one`: the parent's only child; `many`: a place in a list; `keyed`: under a name. */
  readonly type: 'one' | 'many' | 'keyed'
  /** Its index in the list or its name. */
  readonly step: PathStep
}

/** A node of the stack as the document describes it, whether or not that makes sense. */
export interface StackNode {
  readonly path: JsonPath
  /** `path` as text; what identifies the node while the document stays as it is. */
  readonly id: string
  readonly json: JsonObject
  readonly kind: string | undefined
  /** What the registry says of the kind; absent for one it does not know. */
  readonly info: KindInfo | undefined
  readonly label: string | undefined
  readonly slot: Slot | undefined
  readonly children: readonly StackNode[]
}

/** The stack's nodes; undefined while the document has no object at `root`. */
export function readStack(document: JsonNode | undefined, kinds: Kinds): StackNode | undefined {
  const root = nodeAt(document, ROOT_PATH)
  return root?.type === 'object' ? readNode(root, ROOT_PATH, undefined, kinds) : undefined
}

/** The node and all below it, parents first. */
export function walk(node: StackNode): StackNode[] {
  return [node, ...node.children.flatMap(walk)]
}

/** How many places for children the document has in the node: what is no node takes a place too. */
export function itemCount({ json, info }: StackNode): number {
  const held = info?.childrenField === undefined ? undefined : memberOf(json, info.childrenField)?.value
  if (held?.type === 'array') return held.elements.length
  return held?.type === 'object' && info?.children === 'keyed' ? held.members.length : held ? 1 : 0
}

/** The deepest node that `path` lies in. */
export function nodeOf(root: StackNode | undefined, path: JsonPath): StackNode | undefined {
  if (root === undefined || !isPrefix(root.path, path)) return undefined
  for (const child of root.children) {
    const found = nodeOf(child, path)
    if (found !== undefined) return found
  }
  return root
}

function readNode(json: JsonObject, path: JsonPath, slot: Slot | undefined, kinds: Kinds): StackNode {
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
    for (const [index, child] of held.elements.entries()) add(child, [field, index], 'many', index)
  if (info?.children === 'keyed' && held.type === 'object')
    for (const { name, value } of held.members) add(value, [field, name], 'keyed', name)
  return node
}

/** The deepest node whose text the offset touches. */
export function nodeAtOffset(root: StackNode | undefined, offset: number): StackNode | undefined {
  if (root === undefined || offset < root.json.from || offset > root.json.to) return undefined
  for (const child of root.children) {
    const found = nodeAtOffset(child, offset)
    if (found !== undefined) return found
  }
  return root
}

/** A JSON Schema, read member by member: what is missing or of another shape is as good as absent. */
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

/** Whether a value can mean something under a schema: its type fits, and it is one of the choices if there are any. */
export function accepts(schema: Schema, node: JsonNode): boolean {
  const choices = schema['enum']
  if (Array.isArray(choices)) return 'value' in node && choices.includes(node.value)
  const { type } = schema
  if (typeof type !== 'string') return true
  if (type === 'integer') return node.type === 'number' && Number.isInteger(node.value)
  return node.type === type
}
