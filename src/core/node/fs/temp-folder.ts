import { CREATE_FILE, type Disk, systemCode } from './disk.ts'
import { isOfDisk } from './failures.ts'
import { type Folder, type FolderGuard, joinPath } from './folder-guard.ts'
import { isLeftOver, nextTempName } from './owned-name.ts'

/** How often a folder may disappear between being created and being used. */
const ATTEMPTS = 100

/** A temporary file of a value. Needs a `finish` by its folder. */
export interface TempFile {
  readonly path: string
  readonly fd: number
  readonly home: TempFolder
}

/** A private folder for temporary files: created with the first file, and removed after the last unless it is kept. */
export class TempFolder {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #names: readonly string[]
  readonly #isKept: boolean
  readonly #prepare: () => Promise<void>
  #users = 0
  #folder: Promise<Folder> | undefined

  /** @param prepare Called before a folder that is kept is created, or created again. */
  constructor(
    disk: Disk,
    guard: FolderGuard,
    names: readonly string[],
    isKept: boolean,
    prepare: () => Promise<void> = async () => undefined,
  ) {
    this.#prepare = prepare
    this.#disk = disk
    this.#guard = guard
    this.#names = names
    this.#isKept = isKept
  }

  /** Files that are not finished. */
  get users(): number {
    return this.#users
  }

  /**
   * Creates an empty file with a unique name. Needs a `finish`.
   * @param mode Permissions before the process's umask is applied.
   */
  async create(mode: number): Promise<TempFile> {
    this.#users++
    try {
      return await this.#create(mode)
    } catch (error) {
      await this.#release()
      throw error
    }
  }

  /** Closes a file, and removes it unless it was moved away. */
  async finish(file: TempFile, isMoved: boolean): Promise<void> {
    try {
      await this.#disk.close(file.fd)
      if (!isMoved) await ignoring(['ENOENT', 'ENOTDIR'], async () => this.#disk.unlink(file.path))
    } finally {
      await this.#release()
    }
  }

  /** Removes the files of processes that have ended. A file that may not be removed stays. */
  async sweep(): Promise<void> {
    const folder = await this.#guard.enter(this.#names)
    if (folder === undefined) return
    try {
      for await (const { name } of await this.#disk.readdir(folder.path, false)) {
        const path = joinPath(folder.path, name)
        const stats = await this.#disk.lstat(path)
        if (stats === undefined || !isLeftOver(name, Date.now() - stats.mtimeMs)) continue
        await ignoring(['ENOENT', 'EACCES', 'EPERM', 'EROFS'], async () => this.#disk.unlink(path))
      }
    } finally {
      await this.#guard.leave(folder)
    }
    if (!this.#isKept) await this.#remove()
  }

  /** Closes the folder. Every file must be finished. */
  async close(): Promise<void> {
    const folder = this.#folder
    this.#folder = undefined
    await this.#guard.leave(await folder)
  }

  async #create(mode: number): Promise<TempFile> {
    for (let attempt = 1; ; attempt++) {
      const entered = (this.#folder ??= this.#enter())
      const path = joinPath((await entered).path, nextTempName())
      try {
        return { path, fd: await this.#disk.open(path, CREATE_FILE, mode), home: this }
      } catch (error) {
        if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error
        // The folder was removed by another process that had finished with it.
        if (this.#folder === entered) await this.close()
      }
    }
  }

  async #enter(): Promise<Folder> {
    try {
      // A folder that is not kept rarely exists, so it is created without checking first.
      if (!this.#isKept) await this.#make()
      else if (!(await this.#isThere())) await this.#prepare()
      const folder = await this.#guard.enter(this.#names, { make: () => undefined })
      if (folder === undefined) throw new Error('its temporary folder could not be made')
      return folder
    } catch (error) {
      this.#folder = undefined
      throw error
    }
  }

  async #isThere(): Promise<boolean> {
    const folder = await this.#guard.enter(this.#names)
    await this.#guard.leave(folder)
    return folder !== undefined
  }

  async #make(): Promise<void> {
    const parent = await this.#guard.enter(this.#names.slice(0, -1))
    if (parent === undefined) return
    try {
      const path = joinPath(parent.path, this.#names.at(-1) ?? '')
      await ignoring(['EEXIST', 'ENOENT'], async () => this.#disk.mkdir(path))
    } finally {
      await this.#guard.leave(parent)
    }
  }

  async #release(): Promise<void> {
    this.#users--
    if (this.#users > 0 || this.#isKept) return
    await this.close()
    await this.#remove()
  }

  /** Removes the empty folder. No value depends on it any more, so a failure of the disk is ignored. */
  async #remove(): Promise<void> {
    try {
      const parent = await this.#guard.enter(this.#names.slice(0, -1))
      if (parent === undefined) return
      try {
        await this.#disk.rmdir(joinPath(parent.path, this.#names.at(-1) ?? ''))
      } finally {
        await this.#guard.leave(parent)
      }
    } catch (error) {
      if (!isOfDisk(error)) throw error
    }
  }
}

async function ignoring(codes: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!codes.includes(systemCode(error) ?? '')) throw error
  }
}

/**
 * Folders in which files are created concurrently: more than the thread pool has threads, and few enough to check each.
 */
const LANES = 8

/** Where temporary files are created. */
export interface TempLocation {
  create(mode: number): Promise<TempFile>
  sweep(): Promise<void>
  close(): Promise<void>
}

/**
 * A temporary folder, with others in it for files that are created at the same time. A file system changes one folder
 * for one caller at a time, so creating sixteen files at once in one folder is hardly faster than one after another.
 */
export class TempFolders implements TempLocation {
  readonly #folders: readonly TempFolder[]

  /** @param prepare Called before one of the folders is created, or created again. */
  constructor(disk: Disk, guard: FolderGuard, names: readonly string[], prepare: () => Promise<void>) {
    this.#folders = Array.from(
      { length: LANES },
      (_, one) => new TempFolder(disk, guard, one === 0 ? names : [...names, `lane-${one}`], true, prepare),
    )
  }

  create(mode: number): Promise<TempFile> {
    const [first, ...others] = this.#folders as [TempFolder, ...TempFolder[]]
    return others.reduce((best, one) => (one.users < best.users ? one : best), first).create(mode)
  }

  async sweep(): Promise<void> {
    for (const one of this.#folders) await one.sweep()
  }

  async close(): Promise<void> {
    await Promise.all(this.#folders.map(one => one.close()))
  }
}
