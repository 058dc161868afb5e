import { Key } from '../../key.ts'
import { checkOptions, wholeNumber } from '../../options.ts'
import type { KeyTransform } from './key-transform.ts'

/** How keys are nested. Part of the data: with other options, keys are looked for elsewhere. */
export interface NestedPathOptions {
  /** The number of levels in front of each key. Default 3. */
  readonly depth?: number | undefined
  /** The number of characters of the last segment in the name of each level. Default 2. */
  readonly length?: number | undefined
}

const PADDING = '_'

/**
 * Nests keys in levels named by the beginning of their last segment: `/films/abcdef` becomes `/ab/cd/ef/films/abcdef`,
 * so that no level grows too large for the store below.
 * @throws DatastoreError `CONFIG_INVALID` for a number that is not a whole number from 1 up.
 */
export function nestedPath(options: NestedPathOptions = {}): KeyTransform {
  checkOptions('make a nested path', options, { depth: wholeNumber(1), length: wholeNumber(1) })
  const { depth = 3, length = 2 } = options
  const to = (key: Key) => (key.isRoot ? key : Key.of(...levelsOf(key.lastSegment, depth, length)).child(key))
  return {
    to,
    from: below => {
      if (below.depth <= depth) return undefined
      const key = Key.of(...below.segments.slice(depth))
      return to(key).equals(below) ? key : undefined
    },
  }
}

function levelsOf(segment: string, depth: number, length: number): string[] {
  // Characters, not code units: half of a surrogate pair is not valid text.
  const characters = Array.from(segment).slice(0, depth * length)
  while (characters.length < depth * length) characters.push(PADDING)
  return Array.from({ length: depth }, (_, level) => {
    const name = characters.slice(level * length, (level + 1) * length).join('')
    return name === '.' || name === '..' ? PADDING.repeat(length) : name
  })
}
