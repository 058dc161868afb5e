import type { Row } from '../../../../shared/procedures/store.ts'
import type { Level } from '../model/level.ts'
import type { Place } from '../model/row-model.ts'
import { inParallel } from './in-parallel.ts'
import { PAGE_ROWS } from './level-calls.ts'
import type { TreeState } from './tree-state.ts'

const MANY = 20

/** Opens the branches of a level that are wanted open, where they still are; each opens what is wanted below it. */
export async function restoreOpen(
  state: TreeState,
  level: Level,
  open: (place: Place, row: Row, limit: number) => Promise<Level>,
): Promise<void> {
  const names = [...state.wanted.take(level.prefix)]
  // Of many, most are out of sight: their rows can wait.
  const limit = names.length > MANY ? 1 : PAGE_ROWS
  const reopen = async (name: string) => {
    const { index, isPresent } = await state.calls.find(level.prefix, name)
    if (!isPresent) return
    const [row] = (await state.calls.rows(level.prefix, index, 1)).rows
    if (row?.name === name && row.isBranch && state.levels.has(level))
      await open({ level, index }, row, limit)
  }
  if (names.length > 0) await state.hold(() => inParallel(names, 8, reopen))
}
