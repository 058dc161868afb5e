import { vi } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { Comparison } from '../../../src/core/stack/compare.ts'

/** What is wrong with the way a stack changes, until `vi.restoreAllMocks`: it proves that the model would notice. */
export const APPLY_DEFECTS = {
  'does not flush what leaves': () => vi.spyOn(OpenStore.prototype, 'settle').mockResolvedValue(undefined),
  'does not hold calls': () => vi.spyOn(OpenStore.prototype, 'holdFor').mockReturnValue(undefined),
  'lets values go that only memory holds': () =>
    vi.spyOn(Comparison.prototype, 'losing', 'get').mockReturnValue([]),
  'does not move keys': () =>
    vi
      .spyOn(ShardedDatastore.prototype, 'reshard')
      .mockResolvedValue({ examined: 0, moved: 0, bytes: 0, removed: [] }),
  'leaves watches with the stores of before': () =>
    vi.spyOn(OpenStore.prototype, 'refresh').mockImplementation(function (this: OpenStore) {
      this.redeclare()
    }),
  'keeps the store of before': () => vi.spyOn(OpenStore.prototype, 'replace').mockReturnValue(undefined),
}
