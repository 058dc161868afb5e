import { vi } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { Comparison } from '../../../src/core/stack/compare.ts'

/** Defects of changing a stack, until `vi.restoreAllMocks`: they prove that the model would detect them. */
export const APPLY_DEFECTS = {
  'does not flush removed stores': () => vi.spyOn(OpenStore.prototype, 'settle').mockResolvedValue(undefined),
  'does not hold calls': () => vi.spyOn(OpenStore.prototype, 'holdFor').mockReturnValue(undefined),
  'drops values that only memory holds': () =>
    vi.spyOn(Comparison.prototype, 'losing', 'get').mockReturnValue([]),
  'does not move keys': () =>
    vi
      .spyOn(ShardedDatastore.prototype, 'reshard')
      .mockResolvedValue({ examined: 0, moved: 0, bytes: 0, removed: [] }),
  'keeps watches on the old stores': () =>
    vi.spyOn(OpenStore.prototype, 'refresh').mockImplementation(function (this: OpenStore) {
      this.redeclare()
    }),
  'keeps the old store': () => vi.spyOn(OpenStore.prototype, 'replace').mockReturnValue(undefined),
}
