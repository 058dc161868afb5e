import type { Row } from '../../../../shared/procedures/store.ts'
import type { Level } from '../model/level.ts'
import type { Place } from '../model/row-model.ts'
import { inParallel } from './in-parallel.ts'
import { PAGE_ROWS } from './level-calls.ts'
import type { TreeState } from './tree-state.ts'

/** Branches that are read with their rows; of more, most are out of sight, and their rows can wait. */
const MANY = 20

/** Opens the branches of a level that are wanted open, where they still are; each opens what is wanted below it. */
export async function restoreOpen(
  state: TreeState,
  level: Level,
  open: (place: Place, row: Row, limit: number) => Promise<Level>,
): Promise<void> {
  const names = [...state.wanted.take(level.prefix)]
  if (names.length === 0) return
  const limit = names.length > MANY ? 1 : PAGE_ROWS
  const known = firstRows(state, level)
  const reopen = async (name: string) => {
    const [index, row] = known.get(name) ?? (await findRow(state, level, name)) ?? []
    if (index === undefined || row?.isBranch !== true || !state.levels.has(level)) return
    await open({ level, index }, row, limit)
  }
  await state.hold(() => inParallel(names, 8, reopen))
}

/** The rows that came with the level. */
function firstRows(state: TreeState, level: Level): ReadonlyMap<string, readonly [number, Row]> {
  const rows = new Map<string, readonly [number, Row]>()
  for (let index = 0; index < PAGE_ROWS; index++) {
    const row = state.pages.row(level, index)
    if (row !== undefined) rows.set(row.name, [index, row])
  }
  return rows
}

async function findRow(
  state: TreeState,
  level: Level,
  name: string,
): Promise<readonly [number, Row] | undefined> {
  const { index, isPresent } = await state.calls.find(level.prefix, name)
  if (!isPresent) return undefined
  const [row] = (await state.calls.rows(level.prefix, index, 1)).rows
  return row?.name === name ? [index, row] : undefined
}
