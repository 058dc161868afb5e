import { describe, expect, it } from 'vitest'
import { validateDocument } from '../../../../../src/core/stack/parse.ts'
import { pureKinds } from '../../../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../../../src/core/stack/registry.ts'
import { openDraft } from '../../../../../src/renderer/features/stack-editor/model/draft.ts'
import {
  allProblems,
  type PlacedProblem,
  placementChanges,
} from '../../../../../src/renderer/features/stack-editor/model/problems.ts'
import { readStack } from '../../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import type { Problem } from '../../../../../src/shared/procedures/stacks.ts'
import { kinds, stackOfText } from '../kinds.ts'

function placed(text: string, found: readonly Problem[], refused?: Problem): readonly PlacedProblem[] {
  const draft = openDraft(text)
  return allProblems(draft, readStack(draft.valid?.root, kinds), { found, refused, running: undefined })
}

function place(text: string, problem: Problem) {
  const { node, field, from, to } = placed(text, [problem])[0]!
  return { node: node?.id, field, marked: text.slice(from, to) }
}

const TEXT =
  '{"strata":1,"name":"A","root":{"kind":"tiered","tiers":[{"kind":"memory"},{"kind":"fs","path":"x","odd":{"y":1}}]}}'

describe('problem-places', () => {
  it.each([
    ['root.tiers[1].path', 'root.tiers[1]', 'path', '"x"'],
    ['root.tiers[1].layout', 'root.tiers[1]', 'layout', '"kind":"fs"'],
    ['root.tiers[1].odd.y', 'root.tiers[1]', 'odd', '1'],
    ['root.tiers[1]', 'root.tiers[1]', undefined, '"kind":"fs"'],
    ['root.tiers', 'root', undefined, '['],
    ['root.tiers[7]', 'root', undefined, '['],
    ['root.kind', 'root', 'kind', '"tiered"'],
    ['name', undefined, 'name', '"A"'],
    ['', undefined, undefined, '{'],
  ])('X1 a problem at "%s" belongs to node %s, field %s', (path, node, field, marked) => {
    expect(place(TEXT, { path, message: 'wrong' })).toEqual({ node, field, marked })
  })

  it('X1 each error that the library finds has a position', () => {
    const text =
      '{"strata":1,"root":{"kind":"tiered","tiers":[{"kind":"nowhere"},{"kind":"sharded","by":"luck","shards":[]},{"kind":"memory","size":1}]}}'
    const found = validateDocument(JSON.parse(text), new Registry(pureKinds))
    expect(placed(text, found).map(({ node, field }) => [node?.id, field])).toEqual([
      ['root.tiers[0]', 'kind'],
      ['root.tiers[1]', 'by'],
      ['root.tiers[1]', undefined],
      ['root.tiers[2]', 'size'],
    ])
  })

  it('X1 a text that is not JSON has one problem, where parsing stopped', () => {
    const text = '{"root": {,}}'
    expect(placed(text, [{ path: 'root.kind', message: 'old' }])).toMatchObject([
      { severity: 'error', node: undefined, from: 10, to: 11 },
    ])
    expect(placed('', [])).toMatchObject([{ from: 0, to: 0 }])
  })

  it('X1 the reason why a stack could not be opened comes first, and once', () => {
    const refused = { path: 'root.tiers[1].path', message: 'no such folder "x"' }
    expect(placed(TEXT, [{ path: 'root', message: 'other' }], refused).map(({ message }) => message)).toEqual(
      ['no such folder "x"', 'other'],
    )
    expect(
      placed(TEXT, [{ path: 'root.tiers[1].path', message: 'no such folder "x"' }], refused),
    ).toHaveLength(1)
  })

  it('X1 a folder used twice is a warning at the second node, with or without a final slash', () => {
    const text = '{"root":{"kind":"sharded","shards":[{"kind":"fs","path":"/a"},{"kind":"fs","path":"/a/"}]}}'
    expect(placed(text, [])).toMatchObject([
      {
        severity: 'warning',
        path: 'root.shards[1].path',
        message: 'the same folder as that of "Folder"',
        field: 'path',
      },
    ])
  })

  it('X1 a duplicate name is a warning, because the first one is lost', () => {
    expect(placed('{"root":{"kind":"fs","path":"/a","path":"/b"}}', [])).toMatchObject([
      { severity: 'warning', path: 'root.path', field: 'path' },
    ])
  })
})

interface Shards {
  readonly ids: readonly string[]
  readonly by?: string
  readonly label?: string
}

function sharded({ ids, ...options }: Shards) {
  const shards = ids.map(id => ({ kind: 'memory', id }))
  const spread = { kind: 'sharded', id: 'spread', ...options, shards }
  const root = { kind: 'read-only', id: 'lock', store: spread }
  return stackOfText(JSON.stringify({ strata: 1, name: 'A', root })).root
}

describe('placementChanges()', () => {
  const running = sharded({ ids: ['a', 'b'] })

  it.each([
    ['an additional shard', { ids: ['a', 'b', 'c'] }],
    ['a removed shard', { ids: ['a'] }],
    ['another order', { ids: ['b', 'a'] }],
    ['another function', { ids: ['a', 'b'], by: 'modulo' }],
  ])('S1 warns of %s', (_what, draft: Shards) => {
    const problems = placementChanges(running, sharded(draft))
    expect(problems.map(({ path }) => path)).toEqual(['root.store.shards'])
    expect(problems[0]?.message).toContain('whether to move them')
  })

  it('S1 does not warn if keys stay on their shards', () => {
    expect(placementChanges(running, sharded({ ids: ['a', 'b'], by: 'jump', label: 'Spread' }))).toEqual([])
    expect(placementChanges(undefined, sharded({ ids: ['a'] }))).toEqual([])
  })
})
