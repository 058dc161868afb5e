import { createHash } from 'node:crypto'
import type { StackDocument } from '../../../core/stack/document.ts'
import { type ParsedNode, parseDocument } from '../../../core/stack/parse.ts'
import type { Registry } from '../../../core/stack/registry.ts'

/**
 * Names how a stack puts its data together: the same for two documents in which each key leads to the same data, as far
 * as their options tell. Names of nodes, and nodes that show the data below them, make no difference.
 */
export function arrangementOf(document: StackDocument, registry: Registry): string {
  return createHash('sha256')
    .update(JSON.stringify(described(document, registry)))
    .digest('hex')
    .slice(0, 16)
}

/** A store that a program gave has a document of a kind that is not registered. */
function described(document: StackDocument, registry: Registry): unknown {
  return registry.find(document.root.kind) === undefined
    ? document.root.kind
    : dataOf(parseDocument(document, registry).root)
}

function dataOf({ kind, options, children, childKeys }: ParsedNode): unknown {
  const last = children.at(-1)
  if (kind.data === 'below' && last !== undefined) return dataOf(last)
  const names = kind.data === undefined || kind.data === 'below' ? Object.keys(options) : [...kind.data]
  const own = names.toSorted().map(name => [name, options[name]])
  return [kind.kind, own, childKeys, children.map(dataOf)]
}
