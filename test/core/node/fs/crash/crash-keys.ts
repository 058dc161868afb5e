import { Key } from '../../../../../src/core/key.ts'

/** Beside, above and below one another, in folders that come and go, one of them with a long name. */
export const crashKeys: readonly Key[] = [
  Key.of('top'),
  Key.of('folder', 'one'),
  Key.of('folder', 'two'),
  Key.of('deep', 'er', 'and', 'deeper'),
  Key.of('deep', 'other'),
  Key.of('long'.repeat(40), 'x'),
]
