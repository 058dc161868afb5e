import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addNode,
  addRoot,
  placeToAdd,
} from '../../../../../src/renderer/features/stack-editor/operations/add-node.ts'
import { nextName } from '../../../../../src/renderer/features/stack-editor/operations/new-node.ts'
import { kind, nodeIn, stackOfText } from '../kinds.ts'

const sharded = (...shards: string[]) =>
  `{\n  "root": {\n    "kind": "sharded",\n    "shards": [\n${shards.map(shard => `      ${shard}`).join(',\n')}\n    ]\n  }\n}\n`

function add(text: string, at: string, kindName: string): string {
  const stack = stackOfText(text)
  return addNode(stack, placeToAdd(nodeIn(stack, at))!, kind(kindName)).text
}

describe('addNode', () => {
  it('X2 proposes the next folder of the series, and options shared by all siblings', () => {
    const before = sharded(
      '{ "kind": "fs", "path": "data/shard-1", "durability": "file", "readOnly": true }',
      '{ "kind": "fs", "path": "data/shard-2", "durability": "file" }',
    )
    expect(add(before, 'root', 'fs')).toBe(
      sharded(
        '{ "kind": "fs", "path": "data/shard-1", "durability": "file", "readOnly": true }',
        '{ "kind": "fs", "path": "data/shard-2", "durability": "file" }',
        '{ "kind": "fs", "id": "fs-1", "path": "data/shard-3", "durability": "file" }',
      ),
    )
  })

  it('X2 continues a series of labels, but does not repeat a single one', () => {
    const labelled = (label: string, path: string) =>
      `{ "kind": "fs", "label": "${label}", "path": "${path}" }`
    const [a, b] = [labelled('Shard A', 'x/a'), labelled('Shard B', 'x/b')]
    expect(add(sharded(a, b), 'root', 'fs')).toContain('"label": "Shard C", "path": "x/c" }')
    expect(add(sharded(a), 'root', 'fs')).toContain('{ "kind": "fs", "id": "fs-1", "path": "x/a-2" }')
  })

  it('X2 adds beside a node that cannot have children', () => {
    const before = sharded('{ "kind": "fs", "path": "a-1" }', '{ "kind": "memory" }')
    const after = JSON.parse(add(before, 'root.shards[0]', 'fs')) as { root: { shards: unknown[] } }
    expect(after.root.shards).toEqual([
      { kind: 'fs', path: 'a-1' },
      { kind: 'fs', id: 'fs-1', path: 'a-2' },
      { kind: 'memory' },
    ])
  })

  it('X2 adds a missing list, and leaves required options to be filled in', () => {
    expect(add('{ "root": { "kind": "tiered" } }', 'root', 'fs')).toBe(
      '{ "root": {\n  "kind": "tiered",\n  "tiers": [\n    { "kind": "fs", "id": "fs-1", "path": "" }\n  ]\n} }',
    )
    expect(JSON.parse(add('{ "root": { "kind": "read-only" } }', 'root', 'odd'))).toEqual({
      root: { kind: 'read-only', store: { kind: 'odd', id: 'odd-1', count: 1, mode: 'a' } },
    })
  })

  it('X2 has no place if the only child exists, or if the document has another type there', () => {
    const place = (text: string, at: string) => placeToAdd(nodeIn(stackOfText(text), at))
    expect(
      place('{ "root": { "kind": "read-only", "store": { "kind": "memory" } } }', 'root'),
    ).toBeUndefined()
    expect(
      place('{ "root": { "kind": "read-only", "store": { "kind": "memory" } } }', 'root.store'),
    ).toBeUndefined()
    expect(place('{ "root": { "kind": "tiered", "tiers": 7 } }', 'root')).toBeUndefined()
    expect(place('{ "root": { "kind": "unheard-of" } }', 'root')).toBeUndefined()
  })

  it('X2 gives children in a named list a name', () => {
    const one = add('{ "root": { "kind": "keyed" } }', 'root', 'memory')
    const three = add(add(one, 'root', 'memory'), 'root', 'memory')
    expect(Object.keys((JSON.parse(three) as { root: { stores: object } }).root.stores)).toEqual([
      '/',
      '/store-1',
      '/store-2',
    ])
  })

  it('X2 adds a root to a document without one', () => {
    const { text, select } = addRoot({ text: '{ "strata": 1 }' }, kind('memory'))
    expect(JSON.parse(text)).toEqual({ strata: 1, root: { kind: 'memory', id: 'memory-1' } })
    expect(select).toEqual(['root'])
  })
})

describe('nextName', () => {
  it.each([
    [['/data/shard-1'], '/data/shard-2'],
    [['/data/shard-1', '/data/shard-2'], '/data/shard-3'],
    [['shard-08', 'shard-09'], 'shard-10'],
    [['/disk1/data-7', '/disk2/data-7'], '/disk3/data-7'],
    [['/data/store'], '/data/store-2'],
    [['/data/store/'], '/data/store-2/'],
    [['s3', 's2'], 's4'],
    [['data/shard-a', 'data/shard-b'], 'data/shard-c'],
    [['Shard Y', 'Shard Z'], 'Shard Z-2'],
    [['a', 'c'], 'c-2'],
    [['C:\\data\\0'], 'C:\\data\\1'],
    [[], ''],
  ])('X2 after %j comes %s', (names, next) => {
    expect(nextName(names)).toBe(next)
  })

  it('X2 is never an existing name', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^[a-b]?\d{1,3}[/a]?$/))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), names => {
        expect(names).not.toContain(nextName(names))
      }),
    )
  })
})
