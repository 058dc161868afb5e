import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nodeTitle,
  type StackNode,
  walk,
} from '../../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import {
  type DropTarget,
  dropOf,
} from '../../../../../src/renderer/features/stack-editor/operations/move-node.ts'
import { nodeIn, stackOfText } from '../kinds.ts'

interface Plain {
  readonly kind: string
  readonly [option: string]: unknown
}

const memory = (label: string): Plain => ({ kind: 'memory', id: label, label })
const tiers = (label: string, ...nodes: Plain[]): Plain => ({
  kind: 'tiered',
  id: label,
  label,
  tiers: nodes,
})
const shards = (label: string, ...nodes: Plain[]): Plain => ({
  kind: 'sharded',
  id: label,
  label,
  shards: nodes,
})
const lock = (label: string, store?: Plain): Plain => ({
  kind: 'read-only',
  id: label,
  label,
  ...(store !== undefined && { store }),
})
const textOf = (root: Plain): string => JSON.stringify({ strata: 1, root }, null, 2)

/** `t(c s(a b))`. */
function shape(node: StackNode | undefined): string {
  if (node === undefined) return ''
  const below = node.children.map(shape).join(' ')
  return below === '' ? nodeTitle(node) : `${nodeTitle(node)}(${below})`
}

function find(root: StackNode, label: string): StackNode {
  const found = walk(root).find(node => nodeTitle(node) === label)
  if (found === undefined) throw new Error(`There is no "${label}"`)
  return found
}

function drop(root: Plain, label: string, type: DropTarget['type'], on: string) {
  const stack = stackOfText(textOf(root))
  const target = { type, node: find(stack.root!, on) }
  const { label: said, check, run } = dropOf(find(stack.root!, label), target)
  if (!check.isPossible) return `${said}: ${check.reason}`
  const edit = run(stack)
  const after = stackOfText(edit.text)
  const selected = nodeIn(after, edit.select.map(String).join(' ') && pathText(edit.select))
  return `${said}: ${shape(after.root)}, ${nodeTitle(selected)}`
}

function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )
}

const sample = tiers('t', memory('c'), shards('s', memory('x'), memory('y'), memory('z')))

describe('dropOf', () => {
  it('O57 a node dropped on a node with room becomes its child, else its next sibling', () => {
    expect(drop(sample, 'x', 'node', 't')).toBe('Into t: t(c s(y z) x), x')
    expect(drop(sample, 'c', 'node', 's')).toBe('Into s: t(s(x y z c)), c')
    expect(drop(sample, 'c', 'node', 'y')).toBe('After y: t(s(x y c z)), c')
    expect(drop(sample, 'x', 'node', 'y')).toBe('After y: t(c s(y x z)), x')
    expect(drop(sample, 'z', 'node', 'x')).toBe('After x: t(c s(x z y)), z')
    expect(drop(tiers('t', memory('a'), lock('l')), 'a', 'node', 'l')).toBe('Into l: t(l(a)), a')
  })

  it('O57 a node dropped on an edge goes between both ends if it can, else before the lower one', () => {
    expect(drop(sample, 'z', 'edge', 'x')).toBe('Before x: t(c s(z x y)), z')
    expect(drop(sample, 'c', 'edge', 's')).toBe('Before s: t(c s(x y z)), c')
    const withLock = tiers('t', lock('l'), memory('a'), shards('s', memory('x')))
    expect(drop(withLock, 'l', 'edge', 'x')).toBe('In front of x: t(a s(l(x))), l')
    expect(drop(withLock, 's', 'edge', 'a')).toBe('In front of a: t(l s(x a)), s')
    // The dragged node contains the node it is put in front of.
    const inside = tiers('t', shards('s', memory('x'), lock('l')))
    expect(drop(inside, 'l', 'edge', 's')).toBe('In front of s: t(l(s(x))), l')
  })

  it('O57 reports why a node cannot be moved to a place, and changes nothing', () => {
    expect(drop(sample, 't', 'node', 's')).toBe('Into s: a stack needs a root')
    expect(drop(sample, 's', 'node', 'x')).toBe('After x: it is inside the node itself')
    expect(drop(sample, 's', 'node', 's')).toBe('Into s: it is there already')
    expect(drop(tiers('t', lock('l', memory('a')), memory('b')), 'b', 'node', 'a')).toBe(
      'After a: its place takes one node',
    )
    expect(drop(tiers('t', lock('l', memory('a')), memory('b')), 'b', 'edge', 'a')).toBe(
      'Before a: its place takes one node',
    )
  })

  it('O57 after any drop, each node is present once, with its options', () => {
    const all = ['t', 'c', 's', 'x', 'l', 'k', 'm']
    const root = tiers('t', memory('c'), shards('s', memory('x'), lock('l', tiers('m')), lock('k')))
    const label = fc.constantFrom(...all)
    fc.assert(
      fc.property(label, label, fc.constantFrom('node' as const, 'edge' as const), (from, to, type) => {
        const stack = stackOfText(textOf(root))
        const { check, run } = dropOf(find(stack.root!, from), { type, node: find(stack.root!, to) })
        if (!check.isPossible) return
        const after = stackOfText(run(stack).text)
        expect(walk(after.root!).map(nodeTitle).toSorted()).toEqual(all.toSorted())
      }),
    )
  })
})
