import { describe, expect, it } from 'vitest'
import { describeKinds } from '../../../src/core/node/stack.ts'
import { Random } from '../random.ts'
import { nodesOf } from './nodes.ts'
import { RandomStacks } from './random-stack.ts'

/** Kinds that random stacks are not made of, each with its reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  journal: 'what it records is judged by tests of its own, in test/core',
}

describe('random stacks', () => {
  const stacks = Array.from({ length: 400 }, (_, seed) =>
    new RandomStacks(new Random(seed)).node(1 + (seed % 4), seed % 2 === 0),
  )
  const nodes = stacks.flatMap(nodesOf)

  it('X2 every kind of the registry is in them, or is left out for a reason', () => {
    const found = new Set(nodes.map(node => node.kind))
    const registered = describeKinds().map(({ kind }) => kind)
    const missing = registered.filter(kind => !found.has(kind) && LEFT_OUT[kind] === undefined)
    expect(missing, 'to be added to random-stack.ts, or to LEFT_OUT with a reason').toEqual([])
    expect(Object.keys(LEFT_OUT).filter(kind => found.has(kind))).toEqual([])
  })

  it('X2 every layout, mode of tiers and shard function is in them', () => {
    const schemas = Object.fromEntries(describeKinds().map(({ kind, schema }) => [kind, schema]))
    for (const [kind, field] of [
      ['fs', 'layout'],
      ['tiered', 'mode'],
      ['sharded', 'by'],
    ] as const) {
      const { properties } = schemas[kind] as { properties: Record<string, { enum: string[] }> }
      const found = new Set(nodes.filter(node => node.kind === kind).map(node => String(node[field])))
      expect([...found].sort()).toEqual([...(properties[field]?.enum ?? [])].sort())
    }
  })
})
