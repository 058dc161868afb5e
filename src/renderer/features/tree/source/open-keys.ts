import type { Level } from '../model/level.ts'
import { prefixesOf } from './level-registry.ts'

/** Every branch that is open in and below a level, the level itself included unless it is the root. */
export function* openKeys(level: Level): IterableIterator<string> {
  if (level.parent !== undefined) yield* prefixesOf(level)
  for (const below of level.open) yield* openKeys(below)
}
