import { describe, expect, it } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import type { Span } from '../../../src/core/adapters/trace/span.ts'
import { Key } from '../../../src/core/key.ts'
import { FaultDatastore } from '../../../src/core/layers/fault.ts'
import { openStack } from '../../../src/core/node/stack.ts'

const a = Key.parse('/a')
const one = Uint8Array.of(1)
const root = {
  kind: 'tiered',
  id: 'tiers',
  tiers: [
    { kind: 'fault', id: 'shaky', store: { kind: 'memory', id: 'near' } },
    { kind: 'sharded', id: 'shards', shards: [{ kind: 'memory', id: 'far' }] },
  ],
}

describe('an open stack', () => {
  it('X12 trace() reports to each listener the calls that begin while it listens', async () => {
    await using stack = await openStack({ strata: 1, root })
    const [first, second]: [Span[], Span[]] = [[], []]
    await stack.store.put(a, one)
    const stopFirst = stack.trace(span => first.push(span))
    const stopSecond = stack.trace(span => second.push(span))
    await stack.store.has(a)
    stopFirst()
    await stack.store.stat(a)
    stopSecond()
    stopSecond()
    await stack.store.get(a)
    const inOrder = (spans: Span[]) => spans.map(({ node, verb }) => `${node} ${verb}`)
    expect(inOrder(first)).toEqual(['near has', 'shaky has', 'tiers has'])
    expect(inOrder(second)).toEqual([...inOrder(first), 'far stat', 'shards stat', 'tiers stat'])
  })

  it('X12 a listener that is added twice is called twice, and each registration ends separately', async () => {
    await using stack = await openStack({ strata: 1, root: { kind: 'memory' } })
    let count = 0
    const listener = () => {
      count++
    }
    const stop = stack.trace(listener)
    stack.trace(listener)
    await stack.store.has(a)
    stop()
    await stack.store.has(a)
    expect(count).toBe(3)
  })

  it('X12 measure() counts calls, failures, bytes and times in each node', async () => {
    await using stack = await openStack({ strata: 1, root })
    await stack.store.put(a, one)
    const metrics = stack.measure()
    await stack.store.get(a)
    await stack.store.get(a)
    await stack.store.get(Key.parse('/none')).catch(() => undefined)
    metrics.stop()
    await stack.store.get(a)
    expect(metrics.of('near', 'get')).toMatchObject({ count: 3, errors: 1, bytes: 2 })
    expect(metrics.of('near', 'get').latency.count).toBe(3)
    expect(metrics.of('far', 'get')).toMatchObject({ count: 1, errors: 1, bytes: 0 })
    expect(metrics.of('tiers', 'put').count).toBe(0)
    expect(() => metrics.of('nowhere', 'get')).toThrow('The stack has no node "nowhere"')
  })

  it('D30 a failure names the node where it happened', async () => {
    const shaky = { kind: 'fault', id: 'shaky', isOffline: true, store: { kind: 'memory' } }
    const above = { kind: 'retry', attempts: 1, store: { kind: 'namespace', prefix: '/x', store: shaky } }
    await using stack = await openStack({ strata: 1, root: above })
    await expect(stack.store.get(a)).rejects.toMatchObject({ code: 'CONNECTION', node: 'shaky', key: a })
    await expect(stack.store.put(a, new Uint8Array(1))).rejects.toMatchObject({ node: 'shaky' })
  })

  it('X12 node() returns the store of a node with all members of its class, and its calls are traced', async () => {
    await using stack = await openStack({ strata: 1, root })
    const { store } = stack.node('shards')
    expect(store).toBeInstanceOf(ShardedDatastore)
    expect(stack.node('shaky').store).toBeInstanceOf(FaultDatastore)
    await stack.store.put(a, new Uint8Array([1]))
    expect(await stack.node('tiers').store.get(a)).toEqual(new Uint8Array([1]))

    const nodes: string[] = []
    stack.trace(({ node }) => nodes.push(node))
    await stack.node('far').store.has(a)
    expect(nodes).toEqual(['far'])
  })
})
