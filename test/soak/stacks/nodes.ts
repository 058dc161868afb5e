import type { StackNodeDocument } from '../../../src/core/stack/document.ts'

type Node = StackNodeDocument

/** The child nodes, each with its field or key. */
function childrenOf(node: Node): readonly (readonly [name: string, child: Node])[] {
  return Object.values(node).flatMap(field => {
    if (isNode(field)) return [['', field] as const]
    if (typeof field !== 'object' || field === null) return []
    return Object.entries(field as Readonly<Record<string, unknown>>).flatMap(([name, child]) =>
      isNode(child) ? [[name, child] as const] : [],
    )
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value
}

/** Every node of a stack, each before its children. */
export function nodesOf(node: Node): readonly Node[] {
  return [node, ...childrenOf(node).flatMap(([, child]) => nodesOf(child))]
}

/** The stack with a node replaced by another one. */
export function mapped(root: Node, node: Node, by: Node): Node {
  if (root === node) return by
  const each = (field: unknown): unknown => {
    if (isNode(field)) return mapped(field, node, by)
    if (Array.isArray(field)) return field.map(each)
    if (typeof field !== 'object' || field === null) return field
    return Object.fromEntries(Object.entries(field).map(([name, one]) => [name, each(one)]))
  }
  return Object.fromEntries(Object.entries(root).map(([name, field]) => [name, each(field)])) as Node
}

export function hasKind(node: Node, kind: string): boolean {
  return nodesOf(node).some(each => each.kind === kind)
}

/** A stack in a line: `tiered(memory, sharded(fs plain, fs strata))`. */
export function briefly(node: Node): string {
  const below = childrenOf(node).map(([name, child]) =>
    name.startsWith('/') ? `${name}: ${briefly(child)}` : briefly(child),
  )
  const what = node.kind === 'fs' ? `fs ${String(node['layout'])}` : node.kind
  return below.length === 0 ? what : `${what}(${below.join(', ')})`
}

/** Whether a stack may refuse a key permanently, not only for a while. */
export function mayRefuse(node: Node): boolean {
  return nodesOf(node).some(
    ({ kind, ...options }) => ['read-only', 'mount', 'git'].includes(kind) || options['layout'] === 'plain',
  )
}

/** Whether writes that a stack acknowledged may not be at their final place yet. */
export function isWritingBack(node: Node): boolean {
  return nodesOf(node).some(
    ({ kind, ...options }) => options['mode'] === 'write-back' || kind === 'broken-disk',
  )
}
