import { type Disk, systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import { type Folder, type FolderGuard, joinPath } from './folder-guard.ts'
import type { SettledFolders } from './folder-sync.ts'
import type { Label, Place } from './layout.ts'
import type { LevelCache } from './levels.ts'
import type { SharedRoot } from './open-folder.ts'

/**
 * The maximum number of folders remembered as created by this store. The oldest are forgotten, and then never removed.
 */
const REMEMBERED = 100_000

/**
 * Tracks which folders exist only for keys, and removes those when they are empty: every folder if the layout owns
 * them, otherwise only those that this store has created since it was opened.
 */
export class KeyFolders {
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

  /** Records a folder that was just created for a key. */
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

  /** A folder was moved away with those in it. What exists at their paths later was not created here. */
  forgetBelow(names: readonly string[]): void {
    const path = names.join('/')
    for (const one of this.#made) if (one === path || one.startsWith(`${path}/`)) this.#made.delete(one)
  }

  /**
   * Removes a folder if it is empty and exists only for keys, then its parent, and so on. A writer that was about to
   * use one creates it again.
   * @param removed Called for each removed folder.
   * @param anyFrom Folders of at least this many names are removed regardless of who created them.
   */
  async prune(
    names: readonly string[],
    removed: (folder: readonly string[]) => Promise<void>,
    anyFrom: number,
  ): Promise<void> {
    for (let depth = names.length; depth > 0; depth--) {
      const folder = names.slice(0, depth)
      if (!this.#ownsAll && depth < anyFrom && !this.#made.has(folder.join('/'))) {
        if (await this.#isThere(folder)) return
        // A folder above it may have been created for it.
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

  /** Whether the folder no longer exists. */
  async #remove(folder: readonly string[]): Promise<boolean> {
    let parent: Folder | undefined
    try {
      parent = await this.#guard.enter(folder.slice(0, -1))
      if (parent === undefined) return true
      await this.#disk.rmdir(joinPath(parent.path, folder.at(-1) ?? ''))
      return true
    } catch (error) {
      // What is there now does not belong to the store.
      if (error instanceof Obstacle) return false
      switch (systemCode(error)) {
        case 'ENOENT':
        // No folder can have such a long path.
        case 'ENAMETOOLONG':
          return true
        // It is not empty, is a mount point, or may not be removed. The call has succeeded anyway.
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

/**
 * Maintains the labels of shortened names: written before the first name that needs one, removed after the last.
 * Writers check before and after their write, removers before and after theirs, so that the later one sees what the
 * other did, without a lock between processes.
 */
export class LabelFiles {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #write: (place: Place, text: string) => Promise<unknown>

  /** @param write Writes a small text atomically. */
  constructor(disk: Disk, guard: FolderGuard, write: (place: Place, text: string) => Promise<unknown>) {
    this.#disk = disk
    this.#guard = guard
    this.#write = write
  }

  /** Makes sure that every label of a place exists. */
  async ensure(place: Place): Promise<void> {
    for (const label of place.labels) {
      if (!(await this.#hasAny(label, [label.name]))) await this.#restore(label)
    }
  }

  /** Removes the label of the place's name at `depth` (1 is the first) if nothing uses the name any more. */
  async dropUnused(place: Place, depth: number): Promise<void> {
    const label = place.labels.find(({ folder }) => folder.length === depth - 1)
    if (label === undefined || (await this.#hasAny(label, label.explains))) return
    await this.#remove(label)
    if (await this.#hasAny(label, label.explains)) await this.#restore(label)
  }

  async #hasAny({ folder }: Label, names: readonly string[]): Promise<boolean> {
    const entered = await this.#guard.enter(folder).catch(undefinedIfTooLong)
    if (entered === undefined) return false
    try {
      for (const name of names) {
        if ((await this.#disk.lstat(joinPath(entered.path, name))) !== undefined) return true
      }
      return false
    } finally {
      await this.#guard.leave(entered)
    }
  }

  async #restore({ folder, name, text }: Label): Promise<void> {
    await this.#write({ folder, name, labels: [] }, text)
  }

  async #remove({ folder, name }: Label): Promise<void> {
    const entered = await this.#guard.enter(folder)
    if (entered === undefined) return
    try {
      await this.#disk.unlink(joinPath(entered.path, name))
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    } finally {
      await this.#guard.leave(entered)
    }
  }
}

/** A folder whose path is too long for the system cannot exist. */
function undefinedIfTooLong(error: unknown): undefined {
  if (systemCode(error) !== 'ENAMETOOLONG') throw error
}
