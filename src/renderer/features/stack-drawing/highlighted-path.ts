import type { ReadStep } from '../../../shared/procedures/residency.ts'
import { type DrawnNode, parentsOf } from './layout.ts'

export type NodeState = 'rest' | 'lit' | 'miss' | 'failed'

/** A step next to the node that it is about. */
export interface Mark {
  readonly node: string
  /** From 1: the order needs no colour. */
  readonly number: number
  readonly step: ReadStep
}

/** What a read lights. */
export interface HighlightedPath {
  readonly stateOf: (node: string) => NodeState
  /** Whether the read went from the parent of this node to the node, and how. */
  readonly edgeTo: (node: string) => NodeState
  readonly marks: readonly Mark[]
  /** Copies, from the node that the value came through to the node that got it. */
  readonly copies: readonly { readonly from: string; readonly to: string }[]
}

export function highlightedPath(nodes: readonly DrawnNode[], steps: readonly ReadStep[]): HighlightedPath {
  const parents = parentsOf(nodes)
  const known = new Set(nodes.map(({ id }) => id))
  const shown = steps.filter(({ node }) => known.has(node))
  const highlighted = new Set<string>()
  const asked = new Map<string, NodeState>()
  for (const { node, outcome } of shown) {
    if (outcome === 'hit') for (const id of ancestorsOf(node, parents)) highlighted.add(id)
    if (outcome === 'failed') asked.set(node, 'failed')
    if (outcome === 'miss' || outcome === 'passed') asked.set(node, 'miss')
  }
  const stateOf = (node: string): NodeState => asked.get(node) ?? (highlighted.has(node) ? 'lit' : 'rest')
  return {
    stateOf,
    // A cache that missed is on the way all the same.
    edgeTo: node => (highlighted.has(node) ? 'lit' : (asked.get(node) ?? 'rest')),
    marks: shown.map((step, index) => ({ node: step.node, number: index + 1, step })),
    copies: shown.flatMap(({ node, outcome }) => {
      const from = outcome === 'copied' ? sourceOf(node, nodes, parents, highlighted) : undefined
      return from === undefined ? [] : [{ from, to: node }]
    }),
  }
}

/** A node and all above it. */
function ancestorsOf(node: string, parents: ReadonlyMap<string, string>): readonly string[] {
  const above = parents.get(node)
  return above === undefined ? [node] : [...ancestorsOf(above, parents), node]
}

/** Where a copy came from: the highlighted child of the same parent, or of a cache. */
function sourceOf(
  node: string,
  nodes: readonly DrawnNode[],
  parents: ReadonlyMap<string, string>,
  highlighted: ReadonlySet<string>,
): string | undefined {
  const highlightedBelow = (parent: string | undefined) =>
    nodes.find(({ id }) => id !== node && highlighted.has(id) && parents.get(id) === parent)?.id
  return highlighted.has(node) ? highlightedBelow(node) : highlightedBelow(parents.get(node))
}
