import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Label, Place } from '../layout.ts'

/**
 * Keeps the labels of shortened names: written before the first name that needs one, removed after the last.
 * Writers look before and after their write, removers before and after theirs, so that whichever comes last sees what
 * the other did, without a lock between processes.
 */
export class LabelFiles {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #write: (place: Place, text: string) => Promise<unknown>

  /** @param write Puts a small text in its place, whole. */
  constructor(disk: Disk, guard: FolderGuard, write: (place: Place, text: string) => Promise<unknown>) {
    this.#disk = disk
    this.#guard = guard
    this.#write = write
  }

  /** Sees to it that every label of a place is there. */
  async ensure(place: Place): Promise<void> {
    for (const label of place.labels) {
      if (!(await this.#hasAny(label, [label.name]))) await this.#restore(label)
    }
  }

  /** Removes the label of the place's name at `depth` (1 is the first) if nothing is called so any more. */
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

/** No folder has a path that is too long for the system. */
function undefinedIfTooLong(error: unknown): undefined {
  if (systemCode(error) !== 'ENAMETOOLONG') throw error
}
