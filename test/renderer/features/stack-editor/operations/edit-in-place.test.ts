import { describe, expect, it } from 'vitest'
import {
  canBecome,
  changeKind,
} from '../../../../../src/renderer/features/stack-editor/operations/change-kind.ts'
import { adoptIds } from '../../../../../src/renderer/features/stack-editor/operations/new-node.ts'
import {
  duplicateNode,
  wrapNode,
  wrappings,
} from '../../../../../src/renderer/features/stack-editor/operations/node-commands.ts'
import {
  renameChild,
  setDocumentMember,
  setOption,
} from '../../../../../src/renderer/features/stack-editor/state/edit-actions.ts'
import { kind, kinds, nodeIn, stackOfText } from '../kinds.ts'

const TIERED = `{
  "strata": 1,
  "name": "Mine",
  "root": {
    "kind": "tiered",
    "id": "top",
    "tiers": [
      { "kind": "memory", "id": "memory-1" },
      {
        "kind": "fs",
        "id": "disk",
        "path": "data"
      }
    ]
  }
}
`

describe('operations in the text', () => {
  it('X1 duplicateNode() copies everything except ids, and leaves a folder used twice to the user', () => {
    const stack = stackOfText(TIERED)
    const { text, select } = duplicateNode(stack, nodeIn(stack, 'root.tiers[1]'))
    const disk = (id: string) =>
      `      {\n        "kind": "fs",\n        "id": "${id}",\n        "path": "data"\n      }`
    expect(text).toBe(TIERED.replace(disk('disk'), `${disk('disk')},\n${disk('fs-1')}`))
    expect(select).toEqual(['root', 'tiers', 1 + 1])
  })

  it.each([
    [['Cache'], 0, 'Cache 2'],
    [['Cache', 'Cache 2'], 0, 'Cache 3'],
    [['Cache 7', 'x'], 0, 'Cache 2'],
    [['Cache', 'Cache 2', 'Cache 4'], 1, 'Cache 3'],
  ])('O60 duplicateNode() gives the copy in %j the next free name', (labels, at, name) => {
    const tiers = labels.map(label => ({ kind: 'memory', label }))
    const stack = stackOfText(JSON.stringify({ root: { kind: 'tiered', tiers } }))
    const { text } = duplicateNode(stack, nodeIn(stack, `root.tiers[${at}]`))
    const after = JSON.parse(text) as { root: { tiers: { label: string }[] } }
    expect(after.root.tiers.map(({ label }) => label)).toEqual(labels.toSpliced(at + 1, 0, name))
  })

  it('X1 wrapNode() moves the lines of the node', () => {
    const stack = stackOfText(TIERED)
    const sharded = wrappings(kinds).find(({ info }) => info.kind === 'sharded')!
    expect(wrapNode(stack, nodeIn(stack, 'root.tiers[1]'), sharded).text).toBe(
      TIERED.replace(
        /      \{\n        "kind": "fs"[^}]*\}/,
        `      {
        "kind": "sharded",
        "id": "sharded-1",
        "shards": [
          {
            "kind": "fs",
            "id": "disk",
            "path": "data"
          }
        ]
      }`,
      ),
    )
  })

  it('X2 wrappings() are those that the kinds declare', () => {
    const cached = {
      ...kind('tiered'),
      schema: { 'x-wrap': { label: 'Put a cache in front', before: ['memory'] } },
    }
    const [wrapping] = wrappings(new Map([...kinds, ['tiered', cached]])).filter(
      ({ info }) => info === cached,
    )
    const stack = stackOfText('{ "root": { "kind": "null" } }')
    expect(wrapping?.label).toBe('Put a cache in front')
    expect(JSON.parse(wrapNode(stack, nodeIn(stack, 'root'), wrapping!).text)).toEqual({
      root: { kind: 'tiered', id: 'tiered-1', tiers: [{ kind: 'memory', id: 'memory-1' }, { kind: 'null' }] },
    })
  })

  it('X2 setOption() puts options in the order of the schema, before the children', () => {
    const stack = stackOfText(TIERED)
    const disk = nodeIn(stack, 'root.tiers[1]')
    const set = setOption(setOption(stack.text, disk, 'readOnly', 'true'), disk, 'layout', '"plain"')
    expect(set).toContain('"path": "data",\n        "layout": "plain",\n        "readOnly": true\n      }')
    expect(setOption(stack.text, nodeIn(stack, 'root'), 'label', '"Top"')).toContain(
      '"id": "top",\n    "label": "Top",\n    "tiers": [',
    )
    expect(setOption(set, disk, 'layout', undefined)).not.toContain('layout')
  })

  it('X1 setDocumentMember() puts the name after the version', () => {
    expect(setDocumentMember('{ "strata": 1, "root": {} }', 'name', '"A"')).toBe(
      '{ "strata": 1, "name": "A", "root": {} }',
    )
  })

  it('X2 changeKind() keeps children and matching options, and drops options that only the old kind has', () => {
    const stack = stackOfText(
      '{ "root": { "kind": "sharded", "id": "s", "by": "modulo", "mine": 1, "shards": [{ "kind": "memory" }] } }',
    )
    const root = nodeIn(stack, 'root')
    expect(JSON.parse(changeKind(stack, root, kind('tiered')).text)).toEqual({
      root: { kind: 'tiered', id: 's', mine: 1, tiers: [{ kind: 'memory' }] },
    })
    expect(JSON.parse(changeKind(stack, root, kind('read-only')).text)).toEqual({
      root: { kind: 'read-only', id: 's', mine: 1, store: { kind: 'memory' } },
    })
  })

  it('X2 changeKind() adds required options of the new kind, with the kind first', () => {
    const stack = stackOfText('{ "root": { "label": "New" } }')
    expect(changeKind(stack, nodeIn(stack, 'root'), kind('fs')).text).toBe(
      '{ "root": { "kind": "fs", "label": "New", "path": "" } }',
    )
  })

  it('X2 canBecome() never lets a child be lost', () => {
    const root = nodeIn(stackOfText(TIERED), 'root')
    expect(canBecome(root, kind('sharded'))).toEqual({ isPossible: true })
    expect(canBecome(root, kind('read-only'))).toMatchObject({ isPossible: false })
    expect(canBecome(root, kind('memory'))).toMatchObject({ isPossible: false })
  })

  it('X3 adoptIds() adds the ids of the running stack where there are none, and changes none', () => {
    const text =
      '{\n  "root": {\n    "kind": "tiered",\n    "tiers": [{ "kind": "memory", "id": "mine" }, { "kind": "null" }]\n  }\n}'
    const running = {
      strata: 1,
      root: {
        kind: 'tiered',
        id: 'tiered@root',
        tiers: [
          { kind: 'memory', id: 'other' },
          { kind: 'fs', id: 'elsewhere' },
        ],
      },
    }
    expect(adoptIds(text, running, kinds)).toBe(
      text.replace('"kind": "tiered",', '"kind": "tiered",\n    "id": "tiered@root",'),
    )
  })

  it('X2 renameChild() renames a child in a named list', () => {
    const stack = stackOfText('{ "root": { "kind": "keyed", "stores": { "/a": { "kind": "memory" } } } }')
    expect(renameChild(stack.text, nodeIn(stack, 'root.stores["/a"]'), '/b')).toContain('"/b": { "kind"')
  })
})
