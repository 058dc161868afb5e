import type { Disk } from '../disk/disk.ts'
import { Obstacle } from './obstacle.ts'
import type { RootFolder } from './root-folder.ts'

/**
 * Looks at each folder from the root down, and says how many of them there are before the first missing one.
 * @throws Obstacle for a link or anything else that is no folder; RootGone
 */
export async function surveyFolders(disk: Disk, root: RootFolder, names: readonly string[]): Promise<number> {
  let { path } = root
  await root.check()
  for (let depth = 0; depth < names.length; depth++) {
    path = joinPath(path, names[depth] ?? '')
    const stats = await disk.lstat(path)
    if (stats === undefined) return depth
    if (stats.isSymbolicLink()) throw new Obstacle('link', names.slice(0, depth + 1))
    if (!stats.isDirectory()) throw new Obstacle('file', names.slice(0, depth + 1))
  }
  return names.length
}

export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}
