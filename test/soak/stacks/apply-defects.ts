import { vi } from 'vitest'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import { Comparison } from '../../../src/core/stack/compare.ts'

interface ApplyDefect {
  /** The first history to try: one that reveals the defect, unless that depends on timing. */
  readonly seed: number
  spoil(): unknown
}

/** Defects of changing a stack, until `vi.restoreAllMocks`: they prove that the model would detect them. */
export const APPLY_DEFECTS: Readonly<Record<string, ApplyDefect>> = {
  'does not flush removed stores': {
    seed: 3,
    spoil: () => vi.spyOn(OpenStore.prototype, 'settle').mockResolvedValue(undefined),
  },
  'does not hold calls': {
    seed: 8,
    spoil: () => vi.spyOn(OpenStore.prototype, 'holdFor').mockReturnValue(undefined),
  },
  'drops values that only memory holds': {
    seed: 1,
    spoil: () => vi.spyOn(Comparison.prototype, 'losing', 'get').mockReturnValue([]),
  },
  'does not move keys': {
    seed: 2,
    spoil: () =>
      vi
        .spyOn(ShardedDatastore.prototype, 'reshard')
        .mockResolvedValue({ examined: 0, moved: 0, bytes: 0, removed: [] }),
  },
  'keeps watches on the old stores': {
    seed: 9,
    spoil: () =>
      vi.spyOn(OpenStore.prototype, 'refresh').mockImplementation(function (this: OpenStore) {
        this.redeclare()
      }),
  },
  'keeps the old store': {
    seed: 1,
    spoil: () => vi.spyOn(OpenStore.prototype, 'replace').mockReturnValue(undefined),
  },
}
