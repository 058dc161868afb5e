import { describeAborts } from './abort.ts'
import { describeCallOrder } from './call-order.ts'
import { describeCapabilities } from './capabilities.ts'
import { describeClose } from './close.ts'
import { describeDelete } from './delete-rename.ts'
import { describeGetPut } from './get-put.ts'
import { describeHostileKeys } from './hostile-keys.ts'
import { describeLimits } from './limits.ts'
import { describeList } from './list.ts'
import { describeListCost } from './list-cost.ts'
import { describeListPaging } from './list-paging.ts'
import { describeMany } from './many.ts'
import { describeModel } from './model.ts'
import { describePreconditions } from './preconditions.ts'
import { describeQueries } from './queries.ts'
import { describeReadOnly } from './read-only.ts'
import { describeReads } from './reads.ts'
import { describeSharedConditions } from './shared-conditions.ts'
import { describeStats } from './stats.ts'
import { describeStreams } from './streams.ts'
import { Suite, type SuiteOptions, type TestRunner } from './suite.ts'
import { describeTimeToLive } from './time-to-live.ts'
import { describeTransactions } from './transactions.ts'
import { describeWatch } from './watch.ts'

/**
 * The contract of `Datastore` as tests, for every store, every adapter, and adapters of adapters. The
 * `capabilities` of a store select the tests: a declared capability must hold, one that is not declared must
 * be completed or refused.
 *
 *     import { describe, it } from 'node:test' // or from 'vitest'
 *     describeDatastore('MemoryDatastore', { create: async () => new MemoryDatastore() }, { describe, it })
 */
export function describeDatastore<V = Uint8Array>(
  name: string,
  options: SuiteOptions<V>,
  runner: TestRunner,
): void {
  runner.describe(`${name} as a Datastore`, async () => {
    const suite = await Suite.of(options, runner)
    describeReads(suite)
    describeList(suite)
    describeListPaging(suite)
    describeQueries(suite)
    describeCapabilities(suite)
    describeTransactions(suite)
    describeClose(suite)
    describeAborts(suite)
    if (!suite.isWritable) {
      describeReadOnly(suite)
      return
    }
    describeGetPut(suite)
    describePreconditions(suite)
    describeSharedConditions(suite)
    describeTimeToLive(suite)
    describeLimits(suite)
    describeListCost(suite)
    describeDelete(suite)
    describeStreams(suite)
    describeMany(suite)
    describeStats(suite)
    describeWatch(suite)
    describeCallOrder(suite)
    describeHostileKeys(suite)
    describeModel(suite)
  })
}
