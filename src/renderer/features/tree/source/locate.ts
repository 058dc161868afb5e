import type { Place } from '../model/row-model.ts'
import { segmentsOf } from './key-set.ts'
import type { TreeSource } from './tree-source.ts'

/**
 * Finds the row of a key, opening the branches above it.
 * @param isCancelled Asked between the steps; once true, nothing more is opened.
 * @returns Nothing when there is no such key, or a level on the way can't be read.
 */
export async function locate(
  source: TreeSource,
  key: string,
  isCancelled: () => boolean = () => false,
): Promise<Place | undefined> {
  await source.whenRead()
  const segments = segmentsOf(key)
  let level = source.state.model.root
  for (let at = 0; at < segments.length; ) {
    if (level.load.type !== 'ready' || isCancelled()) return undefined
    const found = await source.find(level, segments[at] ?? '')
    if (!found.isPresent) return undefined
    const place = { level, index: found.index }
    if (at === segments.length - 1) return place
    const row = await source.readRow(place)
    if (row?.isBranch !== true || isCancelled()) return undefined
    level = await source.open(place, row)
    // A row that single-child branches share stands for each of them.
    const rest = segments.slice(at, at + level.names.length)
    if (rest.some((segment, index) => segment !== level.names[index])) return undefined
    at += level.names.length
    if (at >= segments.length) return place
  }
  return undefined
}
