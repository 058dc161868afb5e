import type { Place } from '../model/row-model.ts'
import { inParallel } from './in-parallel.ts'
import type { TreeSource } from './tree-source.ts'

/** Rows of one level that are opened at once: the nearest ones. */
const MAX_SIBLINGS = 1000

/** Opens the branches beside a row. @returns How many, and of how many rows they were looked for. */
export async function openSiblings(
  source: TreeSource,
  { level, index }: Place,
): Promise<{ readonly opened: number; readonly looked: number }> {
  const { calls, model } = source.state
  const offset = Math.max(0, Math.min(index - MAX_SIBLINGS / 2, level.state.count - MAX_SIBLINGS))
  const { rows, version } = await calls.rows(level.prefix, offset, MAX_SIBLINGS)
  if (version !== level.state.version) return { opened: 0, looked: rows.length }
  let opened = 0
  await source.state.hold(() =>
    inParallel([...rows.entries()], 16, async ([step, row]) => {
      const place = { level, index: offset + step }
      if (!row.isBranch || model.openAt(place) !== undefined || version !== level.state.version) return
      opened++
      await source.open(place, row, 1)
    }),
  )
  return { opened, looked: rows.length }
}
