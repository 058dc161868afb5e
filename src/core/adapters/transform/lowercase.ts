import { Key } from '../../key.ts'
import type { KeyTransform } from './key-transform.ts'

/**
 * Keys in lower case (by Unicode's default mapping, whatever the locale): `/Films` and `/FILMS` are `/films`. A key
 * below that has other letters can't be reached.
 */
export const lowercase: KeyTransform = {
  keepsLevels: true,
  manyToOne: true,
  to: key => Key.of(...key.segments.map(segment => segment.toLowerCase())),
  from: key => (key.segments.every(segment => segment === segment.toLowerCase()) ? key : undefined),
}
