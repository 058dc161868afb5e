import { describe, expect, it } from 'vitest'
import { describeKinds, nodeKinds } from '../../../src/core/node/stack.ts'
import { engineServers } from '../../servers/engine-servers.ts'
import { Random } from '../random.ts'
import { serverKinds } from './kinds.ts'
import { nodesOf } from './nodes.ts'
import { RandomStacks } from './random-stack.ts'

describe('random stacks', () => {
  const stacks = Array.from({ length: 400 }, (_, seed) =>
    new RandomStacks(new Random(seed), {
      servers: serverKinds.map(kind => ({ kind })),
    }).node(1 + (seed % 4), seed % 2 === 0),
  )
  const nodes = stacks.flatMap(nodesOf)

  it('X2 include every kind of the registry', () => {
    const found = new Set(nodes.map(node => node.kind))
    expect(
      nodeKinds.map(({ kind }) => kind).filter(kind => !found.has(kind)),
      'to be added to random-stack.ts',
    ).toEqual([])
  })

  it('X2 histories include a server of each kind that has an address', () => {
    expect([...new Set(engineServers.map(({ kind }) => kind))].sort()).toEqual([...serverKinds].sort())
  })

  it('X2 include every layout, durability, mode of tiers and shard function', () => {
    const schemas = Object.fromEntries(describeKinds().map(({ kind, schema }) => [kind, schema]))
    for (const [kind, field] of [
      ['fs', 'layout'],
      ['fs', 'durability'],
      ['tiered', 'mode'],
      ['sharded', 'by'],
    ] as const) {
      const { properties } = schemas[kind] as { properties: Record<string, { enum: string[] }> }
      const found = new Set(
        nodes.filter(node => node.kind === kind).map(node => JSON.stringify(node[field] ?? 'none')),
      )
      expect([...found].sort()).toEqual(
        (properties[field]?.enum ?? []).map(name => JSON.stringify(name)).sort(),
      )
    }
  })
})
