import type { Key } from '../../../key.ts'
import type { Level } from '../layout.ts'

const AT_ONCE = 16

/** Visits every level from `start` down, several at a time, the deepest known first, so that few are waiting. */
export async function walkLevels(
  start: Key,
  read: (prefix: Key) => Promise<Level>,
  visit: (prefix: Key, level: Level) => Promise<void>,
): Promise<void> {
  const waiting = [start]
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  const visitOne = async (prefix: Key): Promise<void> => {
    try {
      const level = await read(prefix)
      await visit(prefix, level)
      for (const name of level.branches) waiting.push(prefix.childOfCleanSegment(name))
    } catch (error) {
      failures.push(error)
    }
  }
  while (failures.length === 0 && waiting.length + running.size > 0) {
    const prefix = running.size < AT_ONCE ? waiting.pop() : undefined
    if (prefix === undefined) {
      await Promise.race(running)
    } else {
      const visiting = visitOne(prefix).finally(() => running.delete(visiting))
      running.add(visiting)
    }
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
