import { Key } from '../../../../../src/core/key.ts'

/** Keys beside, above and below one another, in folders that are created and removed, one with a long name. */
export const crashKeys: readonly Key[] = [
  Key.of('top'),
  Key.of('folder', 'one'),
  Key.of('folder', 'two'),
  Key.of('deep', 'er', 'and', 'deeper'),
  Key.of('deep', 'other'),
  Key.of('long'.repeat(40), 'x'),
]
