import type { Stats } from 'node:fs'
import { systemCode } from '../disk/disk.ts'
import { isOfDisk } from '../failures.ts'
import { joinPath } from '../guard/folder-guard.ts'
import type { Place } from '../layout.ts'
import type { StoreFiles } from '../open/open-folder.ts'
import type { TempFile } from '../temp/temp-folder.ts'
import { FileGone, moveToFreeName, renameFile } from './file-moves.ts'
import { LabelFiles } from './folder-keeper.ts'
import { Stager, writeBytes } from './stager.ts'

/** How often a folder may vanish between being made and being used. */
const ATTEMPTS = 50

interface CommitOptions {
  /** What the value replaces, as far as that is known. */
  readonly current?: Stats | undefined
  /** The name has to be free; otherwise `EEXIST`. */
  readonly mustBeNew?: boolean | undefined
}

/** Puts staged values in their places, moves values, and removes them, with the folders and labels they need. */
export class ValueWriter {
  readonly stager: Stager
  readonly #files: StoreFiles
  readonly #labels: LabelFiles

  constructor(files: StoreFiles) {
    this.#files = files
    this.stager = new Stager(files)
    this.#labels = new LabelFiles(files.disk, files.guard, (place, text) => this.#writeText(place, text))
  }

  /** Moves a staged file to its place, and returns what is known of it then. On failure the file is removed. */
  async commit(place: Place, staged: TempFile, options: CommitOptions = {}): Promise<Stats> {
    const { disk, layout } = this.#files
    let file = staged
    let isMoved = false
    try {
      const move = async (): Promise<void> => {
        if (layout.filesAreForeign && options.current !== undefined) {
          await this.stager.inherit(file, options.current)
        }
        await this.#moveInto(place, file.path, options.mustBeNew === true)
      }
      await move().catch(async (error: unknown) => {
        if (systemCode(error) !== 'EXDEV') throw error
        const near = await this.stager.restage(place, file)
        await file.home.finish(file, false)
        file = near
        await move()
      })
      isMoved = true
      await this.#labels.ensure(place)
      const stats = await disk.fstat(file.fd)
      await this.#settle(place)
      return stats
    } finally {
      try {
        await file.home.finish(file, isMoved)
      } finally {
        if (!isMoved) await this.abandon(place)
      }
    }
  }

  /** Moves a value from one place to another; `false` when it was gone. */
  async move(from: Place, to: Place, mustBeNew: boolean): Promise<boolean> {
    const { guard } = this.#files
    const folder = await guard.enter(from.folder)
    if (folder === undefined) return false
    try {
      await this.#moveInto(to, joinPath(folder.path, from.name), mustBeNew)
    } catch (error) {
      await this.abandon(to)
      if (systemCode(error) === 'EXDEV') return await this.#moveAcross(from, to, mustBeNew)
      // Another process took it away meanwhile.
      if (error instanceof FileGone) return false
      throw error
    } finally {
      await guard.leave(folder)
    }
    try {
      await this.#labels.ensure(to)
      await this.#settle(to)
    } finally {
      await this.#vacate(from)
    }
    return true
  }

  /** Removes a value's file; `false` when it was gone already. */
  async unlink(place: Place): Promise<boolean> {
    const { disk, guard, retired } = this.#files
    const folder = await guard.enter(place.folder)
    if (folder === undefined) return false
    try {
      const path = joinPath(folder.path, place.name)
      await retired.retire(path, async () => disk.unlink(path))
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      return false
    } finally {
      await guard.leave(folder)
    }
    await this.#vacate(place)
    return true
  }

  /**
   * Removes what was made for a value that did not come to its place: folders, and labels that explain nothing else. The
   * call has failed already and says why, so what cannot be removed stays.
   */
  async abandon(place: Place): Promise<void> {
    try {
      await this.#labels.dropUnused(place, place.folder.length + 1)
      await this.#tidy(place)
    } catch (error) {
      if (!isOfDisk(error)) throw error
    }
  }

  /** Sees to what a place leaves behind that has lost its value: its label, empty folders, a listing. */
  async #vacate(place: Place): Promise<void> {
    const { levels, durability, folderSync, syncLog } = this.#files
    levels.forget(place.folder)
    if (durability === 'full') await folderSync.settle(place.folder)
    else syncLog.noteFolder(place.folder)
    await this.#labels.dropUnused(place, place.folder.length + 1)
    await this.#tidy(place)
  }

  /** Copies to another file system that is mounted in the folder, then removes the original. */
  async #moveAcross(from: Place, to: Place, mustBeNew: boolean): Promise<boolean> {
    const { disk, guard } = this.#files
    const fd = await guard.openFile(from.folder, from.name)
    if (fd === undefined) return false
    try {
      await this.commit(to, await this.stager.restage(to, { fd }), { mustBeNew })
    } finally {
      await disk.close(fd)
    }
    return this.unlink(from)
  }

  /** Renames a file to its place, whose folders and labels are made; the labels are to be looked at again afterwards. */
  async #moveInto(place: Place, from: string, mustBeNew: boolean): Promise<void> {
    const { disk, guard, keeper, levels, retired } = this.#files
    const make = (names: readonly string[]): void => keeper.noteMade(names)
    await this.#labels.ensure(place)
    for (let attempt = 1; ; attempt++) {
      const folder = await guard.enter(place.folder, { make })
      try {
        const to = joinPath(folder?.path ?? guard.root, place.name)
        if (mustBeNew) await moveToFreeName(disk, from, to)
        else await retired.retire(to, () => renameFile(disk, from, to))
        break
      } catch (error) {
        // Somebody found the folder empty and removed it, unless it is the file that is gone.
        if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
        if ((await disk.lstat(from)) === undefined) throw new FileGone(from, { cause: error })
      } finally {
        await guard.leave(folder)
      }
    }
    levels.forget(place.folder)
  }

  /** Makes a value last as long as the store promises. */
  async #settle(place: Place): Promise<void> {
    const { durability, folderSync, syncLog } = this.#files
    if (durability === 'none') syncLog.noteFile(place)
    else if (durability === 'file') syncLog.noteFolder(place.folder)
    else await folderSync.settle(place.folder)
  }

  /** Removes the folders of a place that are empty and there for it alone. */
  async #tidy(place: Place): Promise<void> {
    await this.#files.keeper.prune(place.folder, folder => this.#labels.dropUnused(place, folder.length))
  }

  async #writeText(place: Place, text: string): Promise<void> {
    const file = await this.stager.stage(place, undefined, fd =>
      writeBytes(this.#files.disk, fd, new TextEncoder().encode(text)),
    )
    await this.commit(place, file)
  }
}
