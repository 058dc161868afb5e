import { expect, it } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { SpanHub } from '../../../src/core/adapters/trace/open-span.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { NodeProxy } from '../../../src/core/open/node-proxy.ts'
import { Comparison } from '../../../src/core/stack/compare.ts'
import { KeyMoves } from '../../../src/core/stack/key-moves.ts'
import { type ParsedNode, parseDocument } from '../../../src/core/stack/parse.ts'
import { openNode, RunningNode } from '../../../src/core/stack/running-node.ts'
import { StackChange } from '../../../src/core/stack/stack-change.ts'
import { disk, documentOf, sharded } from './opened-stack.ts'
import { bytesOf, Disks, keysOf } from './stack-kinds.ts'

it('X10 S5 a change that fails before the new stack takes over moves no key, and fails with a single error', async () => {
  const disks = new Disks()
  const parts = { registry: disks.registry, host: {}, hub: new SpanHub() }
  const parsed = (root: object) => parseDocument(documentOf(root), parts.registry).root
  const open = async (node: ParsedNode): Promise<RunningNode> => {
    const children = await Promise.all(node.children.map(open))
    return RunningNode.begin(node, children, await openNode(node, children, parts.host), parts.hub)
  }
  const before = await open(parsed(sharded([disk('a'), disk('b')])))
  const proxy = new NodeProxy(before.open)
  const store = new Datastore(proxy)
  const keys = keysOf(40)
  await Promise.all(keys.map(key => store.put(key, bytesOf('v'))))
  // Moving the first key to this shard would fail.
  disks.offline.add('c')
  const after = parsed(sharded([disk('a'), disk('b'), disk('c')]))
  const comparison = new Comparison(before.node, after, new Map(before.all.map(one => [one.node.id, one])))
  const errors: unknown[] = []
  const options = { misplaced: 'move', onBackgroundError: (error: unknown) => errors.push(error) } as const
  const change = new StackChange(before, after, comparison, parts, options)
  const refuse = () => {
    throw new Error('nobody takes it over')
  }
  await expect(change.make(proxy, new KeyMoves(async work => work()), refuse)).rejects.toThrow(
    'nobody takes it over',
  )
  const shards = before.datastore
  if (!(shards instanceof ShardedDatastore)) throw new Error('the node is not a sharded store')
  expect(shards.shards).toHaveLength(2)
  expect(shards.isSettled).toBe(true)
  expect(disks.log).toEqual(['+a', '+b', '+c', '-c'])
  expect(errors).toEqual([])
  await Promise.all(keys.map(key => store.get(key)))
  await store.close()
})
