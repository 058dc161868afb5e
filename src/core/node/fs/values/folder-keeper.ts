import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import type { Folder, FolderGuard } from '../guard/folder-guard.ts'
import { Obstacle } from '../guard/obstacle.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { LevelCache } from '../levels/level-cache.ts'
import type { SharedRoot } from '../open/shared-root.ts'
import type { SettledFolders } from '../sync/settled-folders.ts'

/** So many folders are known as made by this store; the oldest are forgotten, and then stay for good. */
const REMEMBERED = 100_000

/**
 * Knows which folders there are for keys alone, and removes those when they are empty: every folder where the layout
 * owns them, otherwise only those that this store has made since it was opened.
 */
export class FolderKeeper {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #levels: LevelCache
  readonly #settled: SettledFolders
  readonly #ownsAll: boolean
  readonly #made = new Set<string>()

  constructor(
    disk: Disk,
    guard: FolderGuard,
    { levels, settled }: Pick<SharedRoot, 'levels' | 'settled'>,
    ownsAll: boolean,
  ) {
    this.#disk = disk
    this.#guard = guard
    this.#levels = levels
    this.#settled = settled
    this.#ownsAll = ownsAll
  }

  /** Takes note of a folder that was just made for a key. */
  noteMade(names: readonly string[]): void {
    this.#levels.forget(names.slice(0, -1))
    this.#settled.forget(names)
    if (this.#ownsAll) return
    this.#made.add(names.join('/'))
    for (const oldest of this.#made) {
      if (this.#made.size <= REMEMBERED) break
      this.#made.delete(oldest)
    }
  }

  /**
   * Removes a folder if it is empty and there for keys alone, then its parent, and so on.
   * A writer that was about to use one makes it again.
   * @param removed Told of each folder that went.
   */
  async prune(
    names: readonly string[],
    removed: (folder: readonly string[]) => Promise<void>,
  ): Promise<void> {
    for (let depth = names.length; depth > 0; depth--) {
      const folder = names.slice(0, depth)
      if (!this.#ownsAll && !this.#made.has(folder.join('/'))) {
        if (await this.#isThere(folder)) return
        // One above it may have been made for it.
        continue
      }
      if (!(await this.#remove(folder))) return
      this.#made.delete(folder.join('/'))
      this.#levels.forget(folder.slice(0, -1))
      await removed(folder)
    }
  }

  async #isThere(folder: readonly string[]): Promise<boolean> {
    const parent = await this.#guard.enter(folder.slice(0, -1))
    if (parent === undefined) return false
    try {
      return (await this.#disk.lstat(joinPath(parent.path, folder.at(-1) ?? ''))) !== undefined
    } finally {
      await this.#guard.leave(parent)
    }
  }

  /** Whether the folder is gone now. */
  async #remove(folder: readonly string[]): Promise<boolean> {
    let parent: Folder | undefined
    try {
      parent = await this.#guard.enter(folder.slice(0, -1))
      if (parent === undefined) return true
      await this.#disk.rmdir(joinPath(parent.path, folder.at(-1) ?? ''))
      return true
    } catch (error) {
      // What stands there now is not the store's.
      if (error instanceof Obstacle) return false
      switch (systemCode(error)) {
        case 'ENOENT':
        // No folder has so long a path.
        case 'ENAMETOOLONG':
          return true
        // It holds something, is somewhere's mount point, or may not be removed: what was asked for is done anyway.
        case 'ENOTEMPTY':
        case 'ENOTDIR':
        case 'EEXIST':
        case 'EBUSY':
        case 'EACCES':
        case 'EPERM':
        case 'EROFS':
          return false
        default:
          throw error
      }
    } finally {
      await this.#guard.leave(parent)
    }
  }
}
