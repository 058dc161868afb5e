import { failure, reason } from '../../../errors.ts'
import { Key } from '../../../key.ts'
import type { DraftTree } from './draft.ts'
import { nameProblem } from './names.ts'
import { FOLDER, isFile, type TreeEntry, treeName } from './objects.ts'

/** The names of a key that is written. @throws DatastoreError `KEY_INVALID` */
export function keptNames(action: string, key: Key): readonly string[] {
  for (const segment of key.segments) {
    const problem = nameProblem(segment)
    if (problem !== undefined) throw failure('KEY_INVALID', action, key, problem)
  }
  return key.segments.map(treeName)
}

/** @throws DatastoreError `CONFLICT` where a value and a branch would meet, `UNSUPPORTED` for a link or a submodule. */
export async function refuseObstacle(
  action: string,
  key: Key,
  names: readonly string[],
  draft: DraftTree,
): Promise<void> {
  const obstacle = await draft.obstacle(names)
  if (obstacle === undefined) return
  const { entry, depth } = obstacle
  const at = Key.of(...key.segments.slice(0, depth))
  if (entry.mode === FOLDER) throw failure('CONFLICT', action, key, 'it is a folder in the repository')
  if (isFile(entry)) throw failure('CONFLICT', action, key, reason`${at} is a file in the repository`)
  throw failure('UNSUPPORTED', action, key, reason`${at} is ${kindOf(entry)}`)
}

/** The file of a key; `undefined` if there is none. @throws DatastoreError `UNSUPPORTED` */
export async function fileIn(
  draft: DraftTree,
  action: string,
  key: Key,
  names: readonly string[],
): Promise<TreeEntry | undefined> {
  const entry = await draft.find(names)
  if (entry === undefined || entry.mode === FOLDER) return undefined
  refuseOthers(action, key, entry)
  return entry
}

/** @throws DatastoreError `UNSUPPORTED` for a link or a submodule. */
export function refuseOthers(action: string, key: Key, entry: TreeEntry): void {
  if (!isFile(entry)) throw failure('UNSUPPORTED', action, key, `it is ${kindOf(entry)}`)
}

function kindOf({ mode }: TreeEntry): string {
  if (mode === '120000') return 'a symbolic link, which this store does not follow'
  return mode === '160000' ? 'a submodule, which is a repository of its own' : `of the unknown mode ${mode}`
}
