import { describe, expect, it } from 'vitest'
import { nodeTitle } from '../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import { compareNodes } from '../../../../src/renderer/features/stack-editor/plan/draft-changes.ts'
import { nodeMenu } from '../../../../src/renderer/features/stack-editor/tree/node-menu.ts'
import { treeMove, typeAhead } from '../../../../src/renderer/features/stack-editor/tree/tree-keys.ts'
import {
  comparedRows,
  nodeDetail,
  visibleRows,
} from '../../../../src/renderer/features/stack-editor/tree/tree-rows.ts'
import { kinds, nodeIn, stackOfText } from './kinds.ts'

const stack = stackOfText(
  JSON.stringify({
    root: {
      kind: 'tiered',
      tiers: [
        { kind: 'memory', label: 'Hot' },
        {
          kind: 'sharded',
          by: 'modulo',
          shards: [{ kind: 'fs', path: '/home/me/data/shard-1', readOnly: true }],
        },
      ],
    },
  }),
)
const rows = visibleRows(stack.root, new Set())
const collapsed = visibleRows(stack.root, new Set(['root.tiers[1]']))

function move(key: string, from: string, shown = rows): unknown {
  const result = treeMove(
    key,
    shown,
    shown.findIndex(({ node }) => node.id === from),
  )
  if (result === undefined) return undefined
  return result.type === 'expandAll'
    ? [result.type, ...result.rows.map(({ node }) => node.id)]
    : [result.type, result.row.node.id]
}

describe('the tree of a stack', () => {
  it('X1 shows nodes in document order with their depth, without those in collapsed ones', () => {
    expect(rows.map(({ node, level, position, size }) => [node.id, level, position, size])).toEqual([
      ['root', 1, 1, 1],
      ['root.tiers[0]', 2, 1, 2],
      ['root.tiers[1]', 2, 2, 2],
      ['root.tiers[1].shards[0]', 3, 1, 1],
    ])
    expect(collapsed.map(({ node, isExpanded }) => [node.id, isExpanded])).toEqual([
      ['root', true],
      ['root.tiers[0]', undefined],
      ['root.tiers[1]', false],
    ])
  })

  it.each([
    ['ArrowDown', 'root', ['select', 'root.tiers[0]']],
    ['ArrowUp', 'root', undefined],
    ['ArrowUp', 'root.tiers[1]', ['select', 'root.tiers[0]']],
    ['End', 'root', ['select', 'root.tiers[1].shards[0]']],
    ['Home', 'root.tiers[1]', ['select', 'root']],
    ['ArrowRight', 'root', ['select', 'root.tiers[0]']],
    ['ArrowRight', 'root.tiers[0]', undefined],
    ['ArrowLeft', 'root.tiers[0]', ['select', 'root']],
    ['ArrowLeft', 'root.tiers[1]', ['collapse', 'root.tiers[1]']],
    ['*', 'root.tiers[0]', ['expandAll', 'root.tiers[0]', 'root.tiers[1]']],
    ['x', 'root', undefined],
  ])('X1 %s at %s moves as the ARIA pattern for trees defines', (key, from, expected) => {
    expect(move(key, from)).toEqual(expected)
  })

  it('X1 ArrowRight expands a collapsed node first', () => {
    expect(move('ArrowRight', 'root.tiers[1]', collapsed)).toEqual(['expand', 'root.tiers[1]'])
  })

  it('X1 typed letters move to the next name that starts with them, and wrap around', () => {
    const names = ['Tiered', 'Memory', 'Sharded', 'Memory']
    expect(typeAhead('m', names, 0)).toBe(1)
    expect(typeAhead('m', names, 1)).toBe(3)
    expect(typeAhead('m', names, 3)).toBe(1)
    expect(typeAhead('me', names, 1)).toBe(1)
    expect(typeAhead('x', names, 0)).toBeUndefined()
  })

  it('X1 a node has a label that distinguishes it from others of its kind', () => {
    const labelOf = (id: string) => {
      const node = nodeIn(stack, id)
      return [nodeTitle(node), nodeDetail(node, stack.text)]
    }
    expect(labelOf('root.tiers[0]')).toEqual(['Hot', 'Memory'])
    expect(labelOf('root.tiers[1]')).toEqual(['Sharded', 'modulo'])
    expect(labelOf('root.tiers[1].shards[0]')).toEqual(['Folder', '…/data/shard-1 · Read only: yes'])
  })

  it('X2 menus offer every kind, starting with the kind of the sibling', () => {
    const entries = (name: 'add' | 'kind' | 'wrap', id: string) =>
      nodeMenu(name, nodeIn(stack, id), kinds, false).groups.flatMap(group => group.entries)
    const adding = entries('add', 'root.tiers[1].shards[0]')
    expect(adding[0]).toMatchObject({ id: 'fs', label: 'Another Folder' })
    expect(new Set(adding.map(({ id }) => id))).toEqual(new Set(kinds.keys()))
    expect(entries('kind', 'root').find(({ id }) => id === 'memory')).toMatchObject({ isDisabled: true })
    expect(entries('wrap', 'root').map(({ id }) => id)).toEqual(
      [...kinds.values()].filter(({ children }) => children !== 'none').map(({ kind }) => kind),
    )
  })
})

describe('the tree of a changed stack', () => {
  const memory = (id: string, more: object = {}) => ({ kind: 'memory', id, label: id, ...more })
  const rootOf = (...shards: object[]) =>
    stackOfText(
      JSON.stringify({
        root: {
          kind: 'tiered',
          id: 't',
          tiers: [memory('top'), { kind: 'sharded', id: 's', label: 's', shards }],
        },
      }),
    ).root!
  const before = rootOf(memory('a'), memory('b'), memory('c'))
  const draft = rootOf(memory('a', { maxEntries: 3 }), memory('c'), { kind: 'memory', label: 'd' })

  function lines(hidden: readonly string[]): string[] {
    const shown = visibleRows(draft, new Set(hidden))
    return comparedRows(shown, compareNodes(draft, before)).map(row => {
      const marks = row.type === 'removed' ? 'removed' : [row.change, row.hiddenChanges || ''].join(' ')
      return `${row.level} ${nodeTitle(row.node)} ${marks}`.trimEnd()
    })
  }

  it('O56 marks each node, and shows the previous place of a removed one', () => {
    expect(lines([])).toEqual(['1 Tiered', '2 top', '2 s', '3 a changed', '3 b removed', '3 c', '3 d new'])
  })

  it('O56 shows for a collapsed node how many are changed below it', () => {
    expect(lines(['root.tiers[1]'])).toEqual(['1 Tiered', '2 top', '2 s  3'])
    expect(lines(['root'])).toEqual(['1 Tiered  3'])
  })
})
