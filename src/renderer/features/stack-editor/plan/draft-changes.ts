import type { NodeChange } from '../../../ui/change-badge.tsx'
import { printJson } from '../json/edit-json.ts'
import { membersOf, valueOf } from '../json/json-tree.ts'
import type { StackNode } from '../model/stack-node.ts'
import { idOf } from '../operations/new-node.ts'

/** A node of the draft, or one of the running stack that the draft removes. */
export interface ComparedNode {
  readonly node: StackNode
  readonly depth: number
  readonly change: NodeChange | undefined
}

/**
 * The nodes of a draft, parents first, compared by their ids with the running stack. Removed nodes are where they were,
 * below the nearest node above them that stays. Without a running stack nothing is compared.
 */
export function compareNodes(root: StackNode, running: StackNode | undefined): readonly ComparedNode[] {
  const before = byId(running)
  const after = byId(root)
  const isRemoved = (node: StackNode) => !after.has(nameOf(node))

  function removed(node: StackNode, depth: number): ComparedNode[] {
    const below = node.children.filter(isRemoved).flatMap(child => removed(child, depth + 1))
    return [{ node, depth, change: 'removed' }, ...below]
  }

  function compared(node: StackNode, depth: number): ComparedNode[] {
    const old = before.get(nameOf(node))
    const children = node.children.map(child => compared(child, depth + 1))
    for (const [index, child] of (old?.children ?? []).entries())
      if (isRemoved(child)) children.splice(index, 0, removed(child, depth + 1))
    const change = running === undefined ? undefined : changeOf(old, node)
    return [{ node, depth, change }, ...children.flat()]
  }

  function changeOf(old: StackNode | undefined, node: StackNode): NodeChange | undefined {
    if (old === undefined) return 'new'
    if (ownText(old) !== ownText(node)) return 'changed'
    return isMoved(old, node, before, after) ? 'moved' : undefined
  }

  const nodes = compared(root, 0)
  // Nothing that stays is above a root that goes.
  const roots = running !== undefined && isRemoved(running) ? removed(running, 1) : []
  return [...nodes, ...roots]
}

/** `2 new, 1 removed`; empty without a change. */
export function changesText(nodes: readonly Pick<ComparedNode, 'change'>[]): string {
  return (['new', 'changed', 'moved', 'removed'] as const)
    .map(change => [nodes.filter(node => node.change === change).length, change] as const)
    .flatMap(([count, change]) => (count === 0 ? [] : [`${count} ${change}`]))
    .join(', ')
}

/** A node without an id has none in the running stack: its path distinguishes it from others of the draft. */
function nameOf(node: StackNode): string {
  return idOf(node) ?? `path ${node.id}`
}

type NodesById = ReadonlyMap<string, StackNode>

function byId(root: StackNode | undefined): NodesById {
  const found = new Map<string, StackNode>()
  const add = (node: StackNode): void => {
    if (!found.has(nameOf(node))) found.set(nameOf(node), node)
    for (const child of node.children) add(child)
  }
  if (root !== undefined) add(root)
  return found
}

/** What the document says of a node, without its id and what is below it. */
function ownText({ json, info }: StackNode): string {
  const own = membersOf(json).filter(({ name }) => name !== 'id' && name !== info?.childrenField)
  return printJson(
    own
      .map(({ name, value }) => [name, valueOf(value)])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}

/** Whether a node is below another one than before, under another name, or in another order among those that stay. */
function isMoved(old: StackNode, node: StackNode, before: NodesById, after: NodesById): boolean {
  if (keptAbove(old, after) !== keptAbove(node, before)) return true
  const [from, to] = [old.slot, node.slot]
  if (from === undefined || to === undefined || nameOf(from.parent) !== nameOf(to.parent)) return false
  if (to.type === 'keyed') return from.step !== to.step
  const rank = (one: StackNode, other: StackNode) =>
    one.slot?.parent.children
      .map(nameOf)
      .filter(id => other.slot?.parent.children.some(child => nameOf(child) === id))
      .indexOf(nameOf(one))
  return rank(old, node) !== rank(node, old)
}

/** The nearest node above one that the other stack has, too. */
function keptAbove({ slot }: StackNode, others: NodesById): string | undefined {
  if (slot === undefined) return undefined
  return others.has(nameOf(slot.parent)) ? nameOf(slot.parent) : keptAbove(slot.parent, others)
}
