import { Key } from '../../../key.ts'
import type { Level, Place } from '../layout.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { walkLevels } from './walk-levels.ts'

const NOTHING: Level = { values: [], branches: [] }

/**
 * Visits the places of all values, level by level, and the folder of each level.
 * @returns Whether each key was visited: a folder that links lead to as well is visited once.
 */
export async function walkStore(
  { files, levels, links }: OpenFolder,
  visit: (places: readonly Place[], folder: readonly string[]) => Promise<void>,
): Promise<boolean> {
  const seen = new Set<string>()
  let isWhole = true
  const isNew = async (prefix: Key): Promise<boolean> => {
    if (links === undefined) return true
    const path = (await links.resolve(prefix.segments)).join('/')
    if (seen.has(path)) isWhole = false
    return seen.size < seen.add(path).size
  }
  await walkLevels(
    Key.root,
    async prefix => ((await isNew(prefix)) ? (await levels.readAfresh(prefix)).level.level : NOTHING),
    async (prefix, { values }) => {
      const places = values.map(name => files.layout.placeOf(prefix.childOfCleanSegment(name)))
      await visit(places, files.layout.folderOf(prefix) ?? [])
    },
  )
  return isWhole
}
