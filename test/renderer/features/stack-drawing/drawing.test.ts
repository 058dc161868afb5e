import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { highlightedPath } from '../../../../src/renderer/features/stack-drawing/highlighted-path.ts'
import {
  type DrawnNode,
  layoutOf,
  NODE_HEIGHT,
} from '../../../../src/renderer/features/stack-drawing/layout.ts'
import { countWords, nodeName } from '../../../../src/renderer/features/stack-drawing/node-text.ts'
import { formatMilliseconds, stepText } from '../../../../src/renderer/ui/read-path.tsx'

const node = (id: string, depth: number, kind = 'memory'): DrawnNode => ({
  id,
  kind,
  label: id,
  path: id,
  depth,
})
const sample = [
  node('tiers', 0, 'tiered'),
  node('cache', 1),
  node('shards', 1, 'sharded'),
  node('a', 2, 'fs'),
  node('b', 2, 'fs'),
]

/** A stack of up to 60 nodes: each is at most one level below the one before it. */
const someStack = fc.array(fc.nat({ max: 5 }), { maxLength: 59 }).map(wishes => {
  const nodes = [node('0', 0)]
  for (const [index, wish] of wishes.entries()) {
    const before = nodes.at(-1)?.depth ?? 0
    nodes.push(node(String(index + 1), 1 + Math.min(wish, before)))
  }
  return nodes
})

describe('the layout of the drawing', () => {
  it('O14 layoutOf() places every node inside the sheet, right of its parent, without overlap', () => {
    fc.assert(
      fc.property(someStack, fc.integer({ min: 250, max: 1400 }), (nodes, room) => {
        const layout = layoutOf(nodes, room)
        expect(layout.nodes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id))
        for (const [index, one] of layout.nodes.entries()) {
          expect(one.x).toBeGreaterThanOrEqual(0)
          expect(one.y).toBeGreaterThanOrEqual(0)
          expect(one.x + one.width).toBeLessThanOrEqual(layout.width)
          expect(one.y + NODE_HEIGHT).toBeLessThanOrEqual(layout.height)
          const parent = layout.nodes.find(({ id }) => id === one.parent)
          expect(parent === undefined ? one.depth === 0 : one.x > parent.x).toBe(true)
          for (const other of layout.nodes.slice(index + 1)) {
            const isApart = Math.abs(one.x - other.x) >= one.width || Math.abs(one.y - other.y) >= NODE_HEIGHT
            expect(isApart).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each([1000, 640, 440, 250])('O14 layoutOf() fits the sample into %d pixels', room => {
    const layout = layoutOf(sample, room)
    expect(layout.width).toBeLessThanOrEqual(room)
    expect(layout.isStacked).toBe(room < 400)
    for (const { width } of layout.nodes) expect(width).toBeGreaterThanOrEqual(108)
  })

  it('O14 layoutOf() draws a stack of one node without room for others', () => {
    const { height, nodes } = layoutOf([node('folder', 0, 'fs')], 700)
    expect(nodes).toHaveLength(1)
    expect(height).toBeLessThan(NODE_HEIGHT + 60)
  })
})

describe('the path of a read on the drawing', () => {
  it('O15 highlightedPath() highlights the path to a hit, numbers the steps, and draws the copy from the highlighted neighbour', () => {
    const lit = highlightedPath(sample, [
      { node: 'cache', outcome: 'miss' },
      { node: 'b', outcome: 'hit', duration: 0.4 },
      { node: 'cache', outcome: 'copied' },
    ])
    expect(sample.map(({ id }) => lit.stateOf(id))).toEqual(['lit', 'miss', 'lit', 'rest', 'lit'])
    expect(sample.map(({ id }) => lit.edgeTo(id))).toEqual(['lit', 'miss', 'lit', 'rest', 'lit'])
    expect(lit.marks.map(({ number, node }) => `${number} ${node}`)).toEqual(['1 cache', '2 b', '3 cache'])
    expect(lit.copies).toEqual([{ from: 'shards', to: 'cache' }])
  })

  it('O15 highlightedPath() draws the copy of a cache from the store below it', () => {
    const stack = [node('cache', 0, 'cache'), node('below', 1, 'fs')]
    const lit = highlightedPath(stack, [
      { node: 'cache', outcome: 'miss' },
      { node: 'below', outcome: 'hit' },
      { node: 'cache', outcome: 'copied' },
    ])
    expect(lit.copies).toEqual([{ from: 'below', to: 'cache' }])
    expect(lit.stateOf('below')).toBe('lit')
  })

  it('O15 highlightedPath() leaves out nodes that the stack no longer has', () => {
    const lit = highlightedPath(sample, [{ node: 'gone', outcome: 'hit' }])
    expect(lit.marks).toEqual([])
    expect(sample.map(({ id }) => lit.stateOf(id))).toEqual(sample.map(() => 'rest'))
  })

  it.each([
    [0.004, '0.01 ms'],
    [0.023, '0.02 ms'],
    [0.097, '0.1 ms'],
    [0.44, '0.4 ms'],
    [12.6, '13 ms'],
    [1340, '1.3 s'],
  ])('O15 formatMilliseconds() formats %d as %s', (milliseconds, text) => {
    expect(formatMilliseconds(milliseconds)).toBe(text)
  })

  it('O15 steps and nodes describe what happened', () => {
    const step = { node: 'b', outcome: 'hit', duration: 0.4 } as const
    expect(stepText(step, 'Shard B')).toBe('Shard B hit, 0.4 ms')
    expect(stepText({ node: 'c', outcome: 'copied' }, 'Cache')).toBe('copied to Cache')
    expect(nodeName('Shard B', 'Folder', '181 keys', [{ node: 'b', number: 2, step }])).toBe(
      'Shard B, folder, 181 keys, found in 0.4 ms',
    )
  })
})

describe('the contents of a node', () => {
  const count = (entries: number, bytes: number, accuracy: 'exact' | 'approximate' = 'exact') => ({
    node: 'a',
    entries,
    bytes,
    accuracy,
  })
  const inBox = (width: number, ...args: Parameters<typeof count>) => countWords(count(...args), width)?.inBox

  it('O58 are shortened to fit the box of the node, and never cut', () => {
    expect(inBox(220, 181, 655_360)).toBe('181 keys · 640 KiB')
    expect(inBox(172, 181, 655_360)).toBe('181 · 640 KiB')
    expect(inBox(130, 181, 655_360)).toBe('181 keys')
    expect(inBox(220, 1_234_567, 13_200_000_000)).toBe('1,234,567 · 12.3 GiB')
    expect(inBox(190, 1_234_567, 13_200_000_000)).toBe('1,234,567 keys')
    expect(inBox(172, 1_234_567, 13_200_000_000)).toBe('1,234,567 keys')
    expect(inBox(140, 1_234_567, 13_200_000_000)).toBe('1,234,567')
    expect(inBox(108, 35_123, 655_360)).toBe('35,123')
    expect(inBox(190, 1_234_567, 13_200_000_000, 'approximate')).toBe('~ 1.2 M · 12.3 GiB')
    expect(inBox(140, 1_234_567, 13_200_000_000, 'approximate')).toBe('~ 1.2 M')
    expect(inBox(108, 1_234_567, 13_200_000_000)).toBe('~ 1.2 M')
    expect(countWords(count(181, 655_360), 108)).toMatchObject({
      keys: '181 keys',
      all: '181 keys · 640 KiB',
    })
  })
})
