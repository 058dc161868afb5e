import type { Row } from '../../../../shared/procedures/store.ts'
import { isAbortedCall } from '../../../api/client.ts'
import { childKey } from '../model/level.ts'
import { type LevelCalls, type RowsReply } from './level-calls.ts'

/** Branches that may share one row. */
const MAX_JOINED = 32

export interface LookedAhead {
  /** The branches below the first that share its row. */
  readonly names: readonly string[]
  /** The first rows of the level that the shared row opens. */
  readonly reply: RowsReply
}

/** Reads the first rows of `prefix`; while its only child is a branch without value, goes on to that branch. */
export async function lookAhead(calls: LevelCalls, prefix: string, limit: number): Promise<LookedAhead> {
  const names: string[] = []
  let reached = prefix
  let reply = await calls.rows(prefix, 0, limit)
  while (names.length < MAX_JOINED) {
    const only = onlyBranch(reply)
    if (only === undefined) break
    const below = childKey(reached, only.name)
    try {
      reply = await calls.rows(below, 0, limit)
    } catch (error) {
      // What can't be read stays a row of its own, where its failure is shown once it is opened.
      if (isAbortedCall(error)) throw error
      break
    }
    names.push(only.name)
    reached = below
  }
  return { names, reply }
}

/** The one child of a level that has no other, when that child is a branch and nothing else. */
export function onlyBranch({ rows, count, accuracy }: RowsReply): Row | undefined {
  const [only] = rows
  const isOnly = count === 1 && accuracy === 'exact'
  return isOnly && only?.isBranch === true && !only.isValue ? only : undefined
}
