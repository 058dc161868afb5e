import { type Layout, NODE_HEIGHT, type PlacedNode } from './layout.ts'
import type { Point } from './pan-zoom.ts'

/** What a dragged node is held over: a node, or the edge that leads to one. */
export interface DropPlace {
  readonly type: 'node' | 'edge'
  readonly id: string
}

/** Pixels from an edge within which it is meant. */
const REACH = 12

/** What is at a point of the sheet: nodes cover edges, and the nearest edge counts. */
export function dropPlaceAt(layout: Layout, point: Point): DropPlace | undefined {
  const node = layout.nodes.find(({ x, y, width }) => {
    return point.x >= x && point.x <= x + width && point.y >= y && point.y <= y + NODE_HEIGHT
  })
  if (node !== undefined) return { type: 'node', id: node.id }
  const nodes = new Map(layout.nodes.map(other => [other.id, other]))
  let nearest: { readonly id: string; readonly distance: number } | undefined
  for (const child of layout.nodes) {
    const parent = child.parent === undefined ? undefined : nodes.get(child.parent)
    if (parent === undefined) continue
    const distance = distanceTo(edgePoints(layout, parent, child), point)
    if (distance <= REACH && distance < (nearest?.distance ?? Infinity)) nearest = { id: child.id, distance }
  }
  return nearest && { type: 'edge', id: nearest.id }
}

/** Parts that a curve is measured in. */
const PARTS = 16

/** Points along the line from a node to one below it, as it is drawn. */
export function edgePoints({ isStacked }: Layout, parent: PlacedNode, node: PlacedNode): readonly Point[] {
  const end = { x: node.x, y: node.y + NODE_HEIGHT / 2 }
  if (isStacked) {
    const x = (parent.x + node.x) / 2
    return [{ x, y: parent.y + NODE_HEIGHT }, { x, y: end.y }, end]
  }
  const start = { x: parent.x + parent.width, y: parent.y + NODE_HEIGHT / 2 }
  const bend = (end.x - start.x) / 2
  return Array.from({ length: PARTS + 1 }, (_, index) => {
    const t = index / PARTS
    const s = 1 - t
    // A cubic curve whose handles are level with its ends.
    const [first, second] = [3 * s * s * t, 3 * s * t * t]
    return {
      x: s ** 3 * start.x + first * (start.x + bend) + second * (end.x - bend) + t ** 3 * end.x,
      y: (s ** 3 + first) * start.y + (second + t ** 3) * end.y,
    }
  })
}

function distanceTo(points: readonly Point[], { x, y }: Point): number {
  let least = Infinity
  for (const [index, to] of points.entries()) {
    const from = points[index - 1]
    if (from === undefined) continue
    const [dx, dy] = [to.x - from.x, to.y - from.y]
    const length = dx * dx + dy * dy
    const along =
      length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length))
    least = Math.min(least, Math.hypot(x - from.x - along * dx, y - from.y - along * dy))
  }
  return least
}
