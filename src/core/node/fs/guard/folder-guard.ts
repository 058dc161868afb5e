import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import { OPEN_FOLDER } from '../disk/open-flags.ts'
import { AnchoredGuard } from './anchored-guard.ts'
import { RootFolder } from './root-folder.ts'
import { WalkingGuard } from './walking-guard.ts'

/** A folder that was reached through no link. Append `/name` to `path` to name what is in it. Has to be left again. */
export interface Folder {
  readonly path: string
  /** The descriptor that holds the folder open, where one does. */
  readonly fd: number | undefined
}

/**
 * The only way from names to places on disk. It leads to no place outside the root, and through no symbolic link.
 * A link or file in the way is an `Obstacle`; a root that is gone or replaced is `RootGone`.
 */
export interface FolderGuard {
  /** The absolute path of the root, without links. */
  readonly root: string
  /** Names the root itself, whatever its path. */
  readonly id: string
  /** @throws RootGone unless the folder that the guard was made for stands at its path. */
  checkRoot(): Promise<void>
  /** Opens a folder; `undefined` where there is none, unless it is to be made. */
  enter(names: readonly string[], options?: EnterOptions): Promise<Folder | undefined>
  leave(folder: Folder | undefined): Promise<void>
  /** Lets go of folders that nobody is in. */
  close(): Promise<void>
  /** Opens a file, for reading by default; `undefined` where there is none. What it is remains to be seen: folders open too. */
  openFile(folder: readonly string[], name: string, flags?: number): Promise<number | undefined>
}

export interface EnterOptions {
  /** Makes the folders that are missing; told of each one made. */
  readonly make?: ((names: readonly string[]) => void) | undefined
}

/** The strictest guard that the system has: on Linux one that no race gets round. */
export async function createGuard(disk: Disk, path: string): Promise<FolderGuard> {
  const root = await RootFolder.open(disk, path)
  return (await canAnchor(disk, path)) ? new AnchoredGuard(disk, root) : new WalkingGuard(disk, root)
}

async function canAnchor(disk: Disk, root: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const fd = await disk.open(root, OPEN_FOLDER)
  try {
    return (await disk.readlink(`/proc/self/fd/${fd}`)) === root
  } catch (error) {
    // There is no /proc here, as in some containers.
    if (systemCode(error) === undefined) throw error
    return false
  } finally {
    await disk.close(fd)
  }
}
