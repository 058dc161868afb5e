import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { cutText, insertElement, removeElement, replaceAt } from '../json/patch-json.ts'
import { type JsonText, printArray, printObject } from '../json/print-json.ts'
import { isRecord } from '../model/schema.ts'
import type { Kinds, StackNode } from '../model/stack-node.ts'
import { FreshIds } from './fresh-ids.ts'
import { newNode } from './new-node.ts'
import { impossible, POSSIBLE, type Possible, type Stack, type StackEdit, unchanged } from './stack-edit.ts'

/** A way to put a new node in the place of another, which becomes its child. */
export interface Wrapping {
  readonly info: KindInfo
  readonly label: string
  /** Whether the kind itself says what people call it. */
  readonly isNamed: boolean
  /** Kinds of new nodes that go before the wrapped one. */
  readonly before: readonly KindInfo[]
}

/**
 * Every kind with children can be wrapped around a node. A kind says how people call that, and what else it needs, as
 * `"x-wrap": { "label": "Put a cache in front", "before": ["memory"] }` in its schema.
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

/** Puts the node's children in its place. */
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

export function canReplaceParent({ slot }: StackNode): Possible {
  return slot === undefined ? impossible('it is the root') : POSSIBLE
}

/** Puts the node in the place of its parent; what stood beside it goes. */
export function replaceParent(stack: Stack, node: StackNode): StackEdit {
  const parent = node.slot?.parent
  if (parent === undefined) return unchanged(stack, node)
  const text = replaceAt(stack.text, parent.path, cutText(stack.text, node.json))
  return { text, select: parent.path }
}
