import { trace } from '../../../../src/core/adapters/trace/trace.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../../contract/describe-datastore.ts'

const memory = { kind: 'memory' }
const root = {
  kind: 'tiered',
  tiers: [memory, { kind: 'sharded', shards: [{ kind: 'namespace', prefix: '/a', store: memory }, memory] }],
}
const runs = 10

describeDatastore('trace', {
  create: async () => trace(new MemoryDatastore(), { onSpan: () => undefined }),
  runs,
})
describeDatastore('a traced stack of tiers over shards over a namespace', {
  create: async () => {
    const stack = await openStack({ strata: 1, root })
    stack.trace(() => undefined)
    return stack.store
  },
  runs,
})
describeDatastore('an untraced stack of tiers over shards over a namespace', {
  create: async () => (await openStack({ strata: 1, root })).store,
  runs,
})
