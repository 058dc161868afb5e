import type { Layout } from '../layout.ts'
import { decodeKey, encodeKey, rangeBelow } from './key-bytes.ts'
import { strataLevel } from './strata-level.ts'

/** Every key, in an order that is the engine's own. */
export const strataLayout: Layout = {
  name: 'strata',
  isInKeyOrder: true,
  encode: encodeKey,
  decode: bytes => (bytes[0] === 0 ? undefined : decodeKey(bytes)),
  problem: () => 'layout strata holds every key',
  // The leading `/` is left out.
  longestText: bytes => bytes + 1,
  rangeBelow: prefix => rangeBelow(encodeKey(prefix)),
  level: strataLevel,
}
