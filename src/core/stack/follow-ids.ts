import { flatten, optionsOf } from './compare.ts'
import type { StackDocument, StackNodeDocument } from './document.ts'
import { givenIds, type ParsedDocument, type ParsedNode, parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'

/**
 * Reads a document that is to replace a running one. A node without an id gets the id of the running node that it
 * corresponds to: the one at its position if it is opened the same way; else any that is opened the same way; else the
 * one at its position if it is of the same kind. So a node keeps its id when it is moved, wrapped or unwrapped. Any other
 * node gets an id of its own.
 * @param mayFollow Whether a node without an id may correspond to this node of `before`.
 * @throws ConfigError for the first problem.
 */
export function parseFollowing(
  document: unknown,
  before: ParsedNode,
  registry: Registry,
  mayFollow: (old: ParsedNode) => boolean = () => true,
): ParsedDocument {
  const parsed = parseDocument(document, registry)
  const given = givenIds((document as StackDocument).root, Number.MAX_SAFE_INTEGER)
  // Those with the most nodes below them first, because they are the most specific.
  const nodes = flatten(parsed.root)
    .filter(({ id }) => !given.has(id))
    .sort((a, b) => flatten(b).length - flatten(a).length)
  if (nodes.length === 0) return parsed
  const free = new Map(flatten(before).map(node => [node.id, node]))
  for (const id of given) free.delete(id)
  const followed = new Map<ParsedNode, string>()
  /** If a node is opened alike, so are all nodes below it. */
  const take = (node: ParsedNode, old: ParsedNode): void => {
    const isOpen = !given.has(node.id) && !followed.has(node) && mayFollow(old)
    if (isOpen && free.delete(old.id)) followed.set(node, old.id)
    if (!isOpenedAlike(node, old)) return
    for (const [index, child] of node.children.entries()) take(child, old.children[index] as ParsedNode)
  }
  const follow = (isSame: (node: ParsedNode, old: ParsedNode) => boolean): void => {
    for (const node of nodes) {
      if (followed.has(node)) continue
      const old = [...free.values()].find(one => isSame(node, one) && mayFollow(one))
      if (old !== undefined) take(node, old)
    }
  }
  follow((node, old) => node.path === old.path && isOpenedAlike(node, old))
  follow(isOpenedAlike)
  follow((node, old) => node.path === old.path && node.kind === old.kind)
  const named = (node: ParsedNode, raw: StackNodeDocument): StackNodeDocument => {
    const id = given.has(node.id) ? node.id : followed.get(node)
    const rest = Object.fromEntries(
      Object.entries(raw).filter(([name]) => name !== 'id'),
    ) as StackNodeDocument
    return withChildren(id === undefined ? rest : { ...rest, id }, node, named)
  }
  const taken = flatten(before).map(({ id }) => id)
  return parseDocument(
    { ...parsed.document, root: named(parsed.root, parsed.document.root) },
    registry,
    taken,
  )
}

/** Whether two nodes have the same options, and so have the nodes below them. */
function isOpenedAlike(node: ParsedNode, old: ParsedNode): boolean {
  return (
    node.kind === old.kind &&
    optionsOf(node) === optionsOf(old) &&
    node.children.length === old.children.length &&
    node.children.every((child, index) => isOpenedAlike(child, old.children[index] as ParsedNode))
  )
}

function withChildren(
  raw: StackNodeDocument,
  { kind, children }: ParsedNode,
  named: (node: ParsedNode, raw: StackNodeDocument) => StackNodeDocument,
): StackNodeDocument {
  const field = kind.childrenField
  if (field === undefined || kind.children === 'none') return raw
  const below = raw[field] as object
  const list = kind.children === 'one' ? [below] : Object.values(below)
  const renamed = children.map((child, index) => named(child, list[index] as StackNodeDocument))
  if (kind.children === 'one') return { ...raw, [field]: renamed[0] }
  if (kind.children === 'many') return { ...raw, [field]: renamed }
  const keys = Object.keys(below)
  return { ...raw, [field]: Object.fromEntries(keys.map((key, index) => [key, renamed[index]])) }
}
