import { createHash } from 'node:crypto'
import type { StackDocument } from '../../../core/stack/document.ts'
import { type ParsedNode, parseDocument } from '../../../core/stack/parse.ts'
import type { Registry } from '../../../core/stack/registry.ts'

/**
 * A hash of how a stack puts its data together. Two documents have the same hash if their options lead each key to the
 * same data. Names of nodes, and nodes that only pass on the data below them, make no difference.
 */
export function arrangementOf(document: StackDocument, registry: Registry): string {
  return createHash('sha256')
    .update(JSON.stringify(described(document, registry)))
    .digest('hex')
    .slice(0, 16)
}

/** The document of a store that a program passed in has a kind that is not registered. */
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
