import { hierarchy, tree } from 'd3-hierarchy'

/** A node of the stack, as sessions describe it: each before its children. */
export interface DrawnNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly path: string
  readonly depth: number
}

/** A node with its place. Pixels; `x` and `y` are its left upper corner. */
export interface PlacedNode extends DrawnNode {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly parent: string | undefined
}

export interface Layout {
  readonly nodes: readonly PlacedNode[]
  /** Whether each node has a row of its own, because columns have no room. */
  readonly isStacked: boolean
  readonly width: number
  readonly height: number
}

export const NODE_HEIGHT = 44
/** Between the upper edges of rows, which have room for the number of a step. */
const ROW = NODE_HEIGHT + 32
const MARGIN = 12
const WIDEST = 220
/** From here on, room goes to the gaps first: edges are easier to follow. */
const WIDE_ENOUGH = 164
/** Narrower, a node has no room for its name. */
const NARROWEST = 108
const GAP = { most: 46, least: 22 }
const INDENT = 20
/** The widest node of a stacked drawing. */
const ROW_WIDTH = 260

/**
 * Places nodes from left to right, each in the middle of its children; or from the top down, each in a row of its own,
 * where the columns do not fit.
 * @param room The width that there is, in pixels.
 */
export function layoutOf(nodes: readonly DrawnNode[], room: number): Layout {
  if (nodes.length === 0) return { nodes: [], isStacked: false, width: 0, height: 0 }
  const deepest = Math.max(...nodes.map(({ depth }) => depth))
  const inside = room - 2 * MARGIN
  const widthWith = (gap: number) => Math.min(WIDEST, Math.floor((inside - deepest * gap) / (deepest + 1)))
  const gap = widthWith(GAP.most) >= WIDE_ENOUGH ? GAP.most : GAP.least
  const width = widthWith(gap)
  return width < NARROWEST ? inRows(nodes, inside, deepest) : inColumns(nodes, width, gap)
}

function inColumns(nodes: readonly DrawnNode[], width: number, gap: number): Layout {
  const parents = parentsOf(nodes)
  const root = hierarchy(nodes[0] as DrawnNode, node => nodes.filter(({ id }) => parents.get(id) === node.id))
  // The library draws from the top down: its x is the row here.
  const all = tree<DrawnNode>()
    .nodeSize([ROW, width + gap])
    .separation(() => 1)(root)
    .descendants()
  const top = Math.min(...all.map(({ x }) => x))
  const places = new Map(all.map(({ x, y, data }) => [data.id, { x: y + MARGIN, y: x - top + MARGIN }]))
  return drawn(
    nodes.map(node => {
      const { x, y } = places.get(node.id) ?? { x: MARGIN, y: MARGIN }
      return { ...node, x, y, width, parent: parents.get(node.id) }
    }),
    false,
  )
}

function inRows(nodes: readonly DrawnNode[], inside: number, deepest: number): Layout {
  const parents = parentsOf(nodes)
  const indent = Math.max(2, Math.min(INDENT, Math.floor((inside - NARROWEST) / deepest)))
  return drawn(
    nodes.map((node, index) => ({
      ...node,
      x: MARGIN + node.depth * indent,
      y: MARGIN + index * ROW,
      width: Math.max(NARROWEST, Math.min(ROW_WIDTH, inside - node.depth * indent)),
      parent: parents.get(node.id),
    })),
    true,
  )
}

function drawn(nodes: readonly PlacedNode[], isStacked: boolean): Layout {
  return {
    nodes,
    isStacked,
    width: Math.max(...nodes.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(...nodes.map(({ y }) => y)) + ROW + MARGIN / 2,
  }
}

/** The id of each node's parent: the nearest node before it that is one level higher. */
export function parentsOf(nodes: readonly DrawnNode[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>()
  const above: string[] = []
  for (const { id, depth } of nodes) {
    const parent = above[depth - 1]
    if (depth > 0 && parent !== undefined) parents.set(id, parent)
    above[depth] = id
  }
  return parents
}
