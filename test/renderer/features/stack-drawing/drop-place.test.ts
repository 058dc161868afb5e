import { describe, expect, it } from 'vitest'
import { dropPlaceAt, edgePoints } from '../../../../src/renderer/features/stack-drawing/drop-place.ts'
import { layoutOf, NODE_HEIGHT } from '../../../../src/renderer/features/stack-drawing/layout.ts'

const node = (id: string, depth: number) => ({ id, kind: 'memory', label: id, path: id, depth })
const nodes = [node('t', 0), node('a', 1), node('b', 1), node('c', 2)]

describe('dropPlaceAt', () => {
  for (const [name, room] of [
    ['columns', 900],
    ['rows', 200],
  ] as const) {
    const layout = layoutOf(nodes, room)

    it(`O57 finds the node below the pointer, in ${name}`, () => {
      for (const { id, x, y, width } of layout.nodes) {
        expect(dropPlaceAt(layout, { x: x + width / 2, y: y + NODE_HEIGHT / 2 })).toEqual({
          type: 'node',
          id,
        })
      }
      expect(dropPlaceAt(layout, { x: -50, y: -50 })).toBeUndefined()
    })

    it(`O57 finds the nearest edge, in ${name}`, () => {
      for (const child of layout.nodes) {
        const parent = layout.nodes.find(({ id }) => id === child.parent)
        if (parent === undefined) continue
        const points = edgePoints(layout, parent, child)
        // Near its end no other edge is as near.
        const [before, end] = points.slice(-2)
        const near = { x: (before!.x + end!.x) / 2, y: (before!.y + end!.y) / 2 + 3 }
        expect(dropPlaceAt(layout, near)).toEqual({ type: 'edge', id: child.id })
      }
    })
  }
})
