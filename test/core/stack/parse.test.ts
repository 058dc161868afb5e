import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument, validateDocument } from '../../../src/core/stack/parse.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'

const registry = new Registry(pureKinds)
const problems = (root: unknown) => validateDocument({ strata: 1, root }, registry)

describe('validateDocument', () => {
  it('X1 accepts a valid document', () => {
    const root = {
      kind: 'tiered',
      tiers: [
        { kind: 'memory' },
        { kind: 'sharded', by: 'modulo', shards: [{ kind: 'memory' }, { kind: 'null' }] },
      ],
    }
    expect(problems(root)).toEqual([])
  })

  it.each([
    [null, '', /^it is null; it has to be an object$/],
    [{ root: { kind: 'memory' } }, 'strata', /^it is missing; it has to be 1$/],
    [{ strata: 2, root: { kind: 'memory' } }, 'strata', /^it is 2; it has to be 1$/],
    [{ strata: 1 }, 'root', /^it is missing; it has to be an object$/],
    [{ strata: 1, root: { kind: 'memory' }, extra: 1 }, 'extra', /no option "extra"/],
    [{ strata: 1, root: { kind: 'memory', colour: 'red' } }, 'root.colour', /no option "colour"/],
    [{ strata: 1, root: {} }, 'root.kind', /the kind is missing; use one of memory, /],
    [{ strata: 1, root: { kind: 'toString' } }, 'root.kind', /no kind "toString"/],
    [{ strata: 1, root: { kind: 'tiered' } }, 'root.tiers', /list of at least one store/],
    [{ strata: 1, root: { kind: 'tiered', tiers: [] } }, 'root.tiers', /list of at least one store/],
    [{ strata: 1, root: { kind: 'tiered', tiers: [7] } }, 'root.tiers[0]', /a node is an object/],
    [{ strata: 1, root: { kind: 'read-only' } }, 'root.store', /needs one store/],
    [
      {
        strata: 1,
        root: {
          kind: 'tiered',
          tiers: [{ kind: 'memory' }, { kind: 'sharded', by: 'luck', shards: [{ kind: 'null' }] }],
        },
      },
      'root.tiers[1].by',
      /^it is "luck"; use one of "jump", "modulo"/,
    ],
    [
      {
        strata: 1,
        root: {
          kind: 'tiered',
          tiers: [
            { kind: 'memory', id: 'a' },
            { kind: 'null', id: 'a' },
          ],
        },
      },
      'root.tiers[1].id',
      /"a" is that of "[^"]+" \(root\.tiers\[0\]\)/,
    ],
    [{ strata: 1, root: { kind: 'memory', id: '' } }, 'root.id', /not empty/],
    [{ strata: 1, root: { kind: 'memory', label: 7 } }, 'root.label', /string/],
    [
      { strata: 1, root: { kind: 'memory', maxEntries: 0 } },
      'root.maxEntries',
      /^it is 0; it has to be more than 0$/,
    ],
    [
      { strata: 1, root: { kind: 'memory', maxEntries: 1.5 } },
      'root.maxEntries',
      /^it is 1\.5; .* a whole number$/,
    ],
    [{ strata: 1, root: { kind: 'memory', ttl: '1' } }, 'root.ttl', /^it is "1"; it has to be a number$/],
    [
      { strata: 1, root: { kind: 'fault', errorRate: 2, store: { kind: 'null' } } },
      'root.errorRate',
      /^it is 2; it has to be at most 1$/,
    ],
    [
      { strata: 1, root: { kind: 'namespace', prefix: '', store: { kind: 'null' } } },
      'root.prefix',
      /^it needs a key such as \/app$/,
    ],
    [
      { strata: 1, root: { kind: 'symlink', stores: [{ kind: 'null' }] } },
      'root.stores',
      /^a node of kind symlink needs 2 stores here: values, links; there are 1$/,
    ],
  ])('X1 %j: the problem is at %s', (document, path, message) => {
    const found = validateDocument(document, registry)
    expect(found.map(problem => problem.path)).toContain(path)
    expect(found.find(problem => problem.path === path)?.message).toMatch(message)
  })

  it('X1 finds every problem at once, in document order', () => {
    const found = problems({
      kind: 'tiered',
      tiers: [{ kind: 'memory', a: 1 }, { kind: 'none' }, { kind: 'memory', b: 1 }],
    })
    expect(found.map(problem => problem.path)).toEqual([
      'root.tiers[0].a',
      'root.tiers[1].kind',
      'root.tiers[2].b',
    ])
  })

  it.each([
    [{ kind: 'memory', label: 'Hot', maxEntries: 0 }, 'Hot · Max entries'],
    [{ kind: 'memory', colour: 'red' }, 'Memory · colour'],
    [{ kind: 'tiered', mode: 'never', tiers: [{ kind: 'memory' }] }, 'Tiered · Writing'],
    [{ kind: 'tiered', tiers: [] }, 'Tiered'],
    [{ kind: 'tiered', tiers: [{ kind: 'nowhere' }] }, 'nowhere · Kind'],
    [
      { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'memory', label: 'Cold', ttl: '1' }] },
      'Cold · Ttl',
    ],
    [{ kind: 'tiered', tiers: Array.from({ length: 11 }, () => 7) }, 'Tiered'],
    [{ kind: 'mount', mounts: { '/a': { kind: 'memory', label: 'Of a', ttl: '1' } } }, 'Of a · Ttl'],
    [{}, 'No kind yet · Kind'],
  ])('O59 the first problem of %j is at %s', (root, place) => {
    expect(() => parseDocument({ strata: 1, root }, registry)).toThrow(expect.objectContaining({ place }))
  })

  it('X1 a document nested too deep is rejected without a stack overflow', () => {
    let root: unknown = { kind: 'memory' }
    for (let depth = 0; depth < 50_000; depth++) root = { kind: 'read-only', store: root }
    expect(problems(root)).toMatchObject([{ message: /nested more than 64 deep/ }])
  })

  it('X1 it returns problems for any input and never throws', () => {
    fc.assert(fc.property(fc.anything(), value => void validateDocument(value, registry)))
    fc.assert(fc.property(fc.json(), text => void problems(JSON.parse(text))))
  })
})

describe('parseDocument', () => {
  it('X3 gives every node an id, keeps existing ids, and returns a document that contains them', () => {
    const { document } = parseDocument(
      {
        strata: 1,
        name: 'Films',
        root: { kind: 'tiered', id: 'top', tiers: [{ kind: 'memory' }, { kind: 'null' }] },
      },
      registry,
    )
    const again = parseDocument(document, registry).document
    expect(again).toEqual(document)
    expect(document).toMatchObject({
      strata: 1,
      name: 'Films',
      root: { id: 'top', tiers: [{ id: 'memory@root.tiers[0]' }, { id: 'null@root.tiers[1]' }] },
    })
  })

  it('X3 an id derived from a position never equals the explicit id of another node', () => {
    const auto = 'memory@root.tiers[0]'
    const { root } = parseDocument(
      {
        strata: 1,
        root: {
          kind: 'tiered',
          tiers: [{ kind: 'memory' }, { kind: 'memory', id: auto }, { kind: 'memory', id: `${auto}-2` }],
        },
      },
      registry,
    )
    expect(root.children.map(child => child.id)).toEqual([`${auto}-3`, auto, `${auto}-2`])
  })

  it('X3 ids in the document stay with their nodes when the document is rearranged', () => {
    const { document } = parseDocument(
      { strata: 1, root: { kind: 'tiered', tiers: [{ kind: 'memory' }, { kind: 'null' }] } },
      registry,
    )
    const tiers = (document.root['tiers'] as unknown[]).toReversed()
    const { root } = parseDocument({ ...document, root: { ...document.root, tiers } }, registry)
    expect(root.children.map(child => child.id)).toEqual(['null@root.tiers[1]', 'memory@root.tiers[0]'])
  })
})

describe('Registry.describe', () => {
  it('X2 describes every kind with a schema, a label and help', () => {
    for (const kind of registry.describe()) {
      expect(kind.help.length).toBeGreaterThan(20)
      expect(kind.schema).toMatchObject({ type: 'object' })
      expect(kind.childrenField === undefined).toBe(kind.children === 'none')
    }
  })
})
