import { at, type Disk, OPEN_FILE, OPEN_FOLDER, run, type Soon, type Steps, systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import {
  type EnterOptions,
  type Folder,
  type FolderGuard,
  joinPath,
  OpenFolderPool,
  RootFolder,
  surveyFolders,
} from './folder-guard.ts'

/** How often a folder may move away during a call before the call gives up. */
const ATTEMPTS = 20

/**
 * Opens first, then asks the system for the path: `/proc/self/fd/N` is the true path of an open file. Calls go through
 * the open folder itself (`/proc/self/fd/N/name`), so that replacing it by a link has no effect.
 */
export class AnchoredGuard implements FolderGuard {
  readonly root: string
  readonly #root: RootFolder
  readonly #disk: Disk
  readonly #open: OpenFolderPool

  constructor(disk: Disk, root: RootFolder) {
    this.#disk = disk
    this.#root = root
    this.#open = new OpenFolderPool(disk)
    this.root = root.path
  }

  checkRoot(): Soon<void> {
    return this.#root.check()
  }

  async enter(names: readonly string[], options: EnterOptions = {}): Promise<Folder | undefined> {
    const path = names.reduce(joinPath, this.root)
    if (isDeep(path)) return this.#enterDeep(names, options)
    const joined = await this.#joined(path)
    if (joined !== undefined) return joined
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fd = await run(this.#opened(path, OPEN_FOLDER))
      if (typeof fd === 'number') {
        if (await run(this.#isInRoot(fd, path))) return this.#open.add(path, fd)
        await this.#disk.close(fd)
      }
      const depth = await surveyFolders(this.#disk, this.#root, names)
      if (depth === names.length) continue
      if (options.make === undefined) return undefined
      await this.#make(names, options.make)
    }
    throw new Obstacle('moving', names)
  }

  async leave(folder: Folder | undefined): Promise<void> {
    if (folder !== undefined) await this.#open.leave(folder)
  }

  close(): Promise<void> {
    return this.#open.closeIdle()
  }

  openFile(folder: readonly string[], name: string, flags = OPEN_FILE): Soon<number | undefined> {
    return run(this.#openFile(folder, name, flags))
  }

  *#openFile(folder: readonly string[], name: string, flags: number): Steps<number | undefined> {
    try {
      return yield* this.#openByPath(folder, name, flags)
    } catch (error) {
      // The path of a folder may just fit although that of a file in it does not.
      if (systemCode(error) !== 'ENAMETOOLONG' || folder.length === 0) throw error
      return yield* at(this.#openWithin(folder, name, flags))
    }
  }

  *#openByPath(folder: readonly string[], name: string, flags: number): Steps<number | undefined> {
    const path = joinPath(folder.reduce(joinPath, this.root), name)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fd = yield* this.#opened(path, flags)
      if (typeof fd === 'number') {
        if (yield* this.#isInRoot(fd, folder.length === 0 ? undefined : path)) return fd
        yield* at(this.#disk.close(fd))
      }
      const depth = yield* at(surveyFolders(this.#disk, this.#root, folder))
      if (fd === 'ELOOP') throw new Obstacle('link', [...folder, name])
      if (fd === 'ENXIO') throw new Obstacle('special', [...folder, name])
      if (depth < folder.length || fd === 'ENOENT') return undefined
    }
    throw new Obstacle('moving', folder)
  }

  async #openWithin(folder: readonly string[], name: string, flags: number): Promise<number | undefined> {
    const entered = await this.enter(folder)
    if (entered === undefined) return undefined
    try {
      const fd = await run(this.#opened(joinPath(entered.path, name), flags))
      if (fd === 'ELOOP') throw new Obstacle('link', [...folder, name])
      if (fd === 'ENXIO') throw new Obstacle('special', [...folder, name])
      return typeof fd === 'number' ? fd : undefined
    } finally {
      await this.leave(entered)
    }
  }

  /** Enters a folder whose path is too long for the system from an open folder above it, one by one. */
  async #enterDeep(names: readonly string[], options: EnterOptions): Promise<Folder | undefined> {
    let depth = names.length
    while (isDeep(names.slice(0, depth).reduce(joinPath, this.root))) depth--
    let folder = await this.enter(names.slice(0, depth), options)
    while (folder !== undefined && depth < names.length) {
      depth++
      const parent: Folder = folder
      try {
        folder = await this.#enterBelow(parent, names.slice(0, depth), options)
      } finally {
        await this.leave(parent)
      }
    }
    return folder
  }

  async #enterBelow(
    parent: Folder,
    names: readonly string[],
    { make }: EnterOptions,
  ): Promise<Folder | undefined> {
    const path = joinPath(parent.path, names.at(-1) ?? '')
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const fd = await run(this.#opened(path, OPEN_FOLDER))
      if (typeof fd === 'number') return this.#open.add(names.reduce(joinPath, this.root), fd)
      const stats = await this.#disk.lstat(path)
      if (stats?.isSymbolicLink() === true) throw new Obstacle('link', names)
      if (stats !== undefined && !stats.isDirectory()) throw new Obstacle('file', names)
      if (stats !== undefined) continue
      if (make === undefined) return undefined
      try {
        await this.#disk.mkdir(path)
        make(names)
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error
      }
    }
    throw new Obstacle('moving', names)
  }

  /** The folder if another call has it open and it is still there. */
  async #joined(path: string): Promise<Folder | undefined> {
    const folder = this.#open.join(path)
    if (folder === undefined) return undefined
    try {
      if ((await this.#disk.readlink(folder.path)) === path) return folder
      this.#open.forget(folder)
    } catch (error) {
      await this.#open.leave(folder)
      throw error
    }
    await this.#open.leave(folder)
    return undefined
  }

  /** A descriptor, or why there is none: nothing there, something else there, a link, or a socket. */
  *#opened(path: string, flags: number): Steps<number | string> {
    try {
      return yield* at(this.#disk.open(path, flags))
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENXIO') return code
      throw error
    }
  }

  /**
   * Whether an opened file is in the folder of the store, which is checked after opening.
   * @param path Where it must be; `undefined` for a file in the root itself.
   */
  *#isInRoot(fd: number, path: string | undefined): Steps<boolean> {
    try {
      if (path !== undefined && !(yield* this.#isAt(fd, path))) return false
      yield* at(this.#root.check())
      return true
    } catch (error) {
      yield* at(this.#disk.close(fd))
      throw error
    }
  }

  *#isAt(fd: number, path: string): Steps<boolean> {
    const place = yield* at(this.#disk.readlink(`/proc/self/fd/${fd}`))
    // A value that was replaced since it was opened is still the requested version.
    return place === path || place === `${path} (deleted)`
  }

  async #make(names: readonly string[], made: (names: readonly string[]) => void): Promise<void> {
    const parent = await this.enter(names.slice(0, -1), { make: made })
    try {
      await this.#disk.mkdir(joinPath(parent?.path ?? this.root, names.at(-1) ?? ''))
      made(names)
    } catch (error) {
      // Others create and remove folders at the same time. The next attempt finds out.
      if (systemCode(error) !== 'EEXIST' && systemCode(error) !== 'ENOENT') throw error
    } finally {
      await this.leave(parent)
    }
  }
}

/**
 * The maximum number of bytes of a path. Linux accepts 4,095, of which the name of a file and ` (deleted)` need some.
 */
const MAX_PATH_LENGTH = 3800

/** Whether the system may refuse a path, or the path of a file in it. */
function isDeep(path: string): boolean {
  return path.length * 3 > MAX_PATH_LENGTH && Buffer.byteLength(path) > MAX_PATH_LENGTH
}

/**
 * Checks every folder on the way before each call. A folder that is replaced by a link in the microseconds between
 * check and call is not detected: without `/proc`, Node has no way to prevent that.
 */
export class WalkingGuard implements FolderGuard {
  readonly root: string
  readonly #root: RootFolder
  readonly #disk: Disk

  constructor(disk: Disk, root: RootFolder) {
    this.#disk = disk
    this.#root = root
    this.root = root.path
  }

  checkRoot(): Soon<void> {
    return this.#root.check()
  }

  async enter(names: readonly string[], { make }: EnterOptions = {}): Promise<Folder | undefined> {
    const path = names.reduce(joinPath, this.root)
    for (;;) {
      const depth = await surveyFolders(this.#disk, this.#root, names)
      if (depth === names.length) return { path, fd: undefined }
      if (make === undefined) return undefined
      await this.#make(names.slice(0, depth + 1), make)
    }
  }

  async leave(): Promise<void> {
    // Nothing was opened.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  async openFile(folder: readonly string[], name: string, flags = OPEN_FILE): Promise<number | undefined> {
    const entered = await this.enter(folder)
    if (entered === undefined) return undefined
    const path = joinPath(entered.path, name)
    const stats = await this.#disk.lstat(path)
    if (stats === undefined) return undefined
    if (stats.isSymbolicLink()) throw new Obstacle('link', [...folder, name])
    if (!stats.isFile() && !stats.isDirectory()) throw new Obstacle('special', [...folder, name])
    return this.#disk.open(path, flags)
  }

  async #make(names: readonly string[], made: (names: readonly string[]) => void): Promise<void> {
    try {
      await this.#disk.mkdir(names.reduce(joinPath, this.root))
      made(names)
    } catch (error) {
      // Others create and remove folders at the same time. The next survey finds out.
      if (systemCode(error) !== 'EEXIST' && systemCode(error) !== 'ENOENT') throw error
    }
  }
}

/** The strictest guard that the system supports: on Linux one without races. */
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
