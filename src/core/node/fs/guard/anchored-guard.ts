import type { Disk, Soon } from '../disk/disk.ts'
import { OPEN_FILE, OPEN_FOLDER, systemCode } from '../disk/disk.ts'
import { at, run, type Steps } from '../disk/steps.ts'
import { Obstacle } from '../failures.ts'
import type { EnterOptions, Folder, FolderGuard, RootFolder } from './folder-guard.ts'
import { joinPath, surveyFolders } from './folder-guard.ts'

/** Folders nobody is in that may stay open at a time. */
const MOST_IDLE = 8

interface PooledFolder {
  readonly fd: number
  readonly path: string
  users: number
}

/**
 * Open folders, shared by all who are in one at the same time, and left open until the turn of the event loop ends:
 * many small calls run in one turn, often in one folder, and opening and closing it costs each of them as much as
 * writing a small value does.
 */
export class OpenFolderPool {
  readonly #disk: Disk
  readonly #byPath = new Map<string, PooledFolder>()
  readonly #byDescriptor = new Map<number, PooledFolder>()
  #idle = 0
  #isClosingSoon = false
  /** Fulfilled once every folder that `closeIdle` took is closed. */
  #closing: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** The folder that is open by that path, where it was when it was opened. It has to be left again. */
  join(path: string): Folder | undefined {
    const found = this.#byPath.get(path)
    if (found === undefined) return undefined
    if (found.users === 0) this.#idle--
    found.users++
    return folderOf(found)
  }

  /** Takes in a folder that was just opened, for one who is in it. */
  add(path: string, fd: number): Folder {
    const entry = { fd, path, users: 1 }
    // Of two who opened it at once, the first one's stays open for others.
    if (!this.#byPath.has(path)) this.#byPath.set(path, entry)
    this.#byDescriptor.set(fd, entry)
    return folderOf(entry)
  }

  /** One is in a folder that is elsewhere now: nobody else is let in, and the last one out closes it. */
  forget({ fd }: Folder): void {
    const entry = this.#entryOf(fd)
    if (entry !== undefined && this.#isShared(entry)) this.#byPath.delete(entry.path)
  }

  async leave({ fd }: Folder): Promise<void> {
    const entry = this.#entryOf(fd)
    if (entry === undefined) return
    entry.users--
    if (entry.users > 0) return
    if (!this.#isShared(entry) || this.#idle >= MOST_IDLE) {
      await this.#close([entry])
      return
    }
    this.#idle++
    if (this.#isClosingSoon) return
    this.#isClosingSoon = true
    setImmediate(() => {
      this.#isClosingSoon = false
      // A folder that cannot be closed is of no concern to anybody: nobody is in it.
      this.closeIdle().catch(() => undefined)
    })
  }

  /** Closes the folders that nobody is in, and waits for those that are being closed already. */
  async closeIdle(): Promise<void> {
    const before = this.#closing
    if (this.#idle > 0) {
      this.#idle = 0
      const closed = this.#close([...this.#byPath.values()].filter(entry => entry.users === 0))
      this.#closing = Promise.allSettled([before, closed]).then(() => undefined)
      await closed
    }
    await before
  }

  async #close(entries: readonly PooledFolder[]): Promise<void> {
    // None of them may be joined any more, while the first is being closed.
    for (const entry of entries) {
      if (this.#isShared(entry)) this.#byPath.delete(entry.path)
      this.#byDescriptor.delete(entry.fd)
    }
    await Promise.all(entries.map(async ({ fd }) => this.#disk.close(fd)))
  }

  #entryOf(fd: number | undefined): PooledFolder | undefined {
    return fd === undefined ? undefined : this.#byDescriptor.get(fd)
  }

  #isShared(entry: PooledFolder): boolean {
    return this.#byPath.get(entry.path) === entry
  }
}

/** Calls go through the open folder itself, so that swapping it for a link changes nothing. */
function folderOf({ fd }: PooledFolder): Folder {
  return { path: `/proc/self/fd/${fd}`, fd }
}

/** How often a folder may move away under a call before the call gives up. */
const ATTEMPTS = 20

/**
 * Opens first, then asks the system where that was: `/proc/self/fd/N` is the true path of an open file. Calls go
 * through the open folder itself (`/proc/self/fd/N/name`), so that swapping it for a link changes nothing.
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
      // The path of a folder may just fit, and that of a file in it no more.
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

  /** A folder whose path is too long for the system: entered from an open folder above it, one by one. */
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

  /** The folder as others have it open, if it is still there. */
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
   * Whether what was opened is in the folder of the store, which is looked at after the opening.
   * @param path Where it has to be; `undefined` for what is in the root itself.
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
    // A value that was replaced since it was opened is still the version that was asked for.
    return place === path || place === `${path} (deleted)`
  }

  async #make(names: readonly string[], made: (names: readonly string[]) => void): Promise<void> {
    const parent = await this.enter(names.slice(0, -1), { make: made })
    try {
      await this.#disk.mkdir(joinPath(parent?.path ?? this.root, names.at(-1) ?? ''))
      made(names)
    } catch (error) {
      // Others make and remove folders too; the next attempt shows what there is.
      if (systemCode(error) !== 'EEXIST' && systemCode(error) !== 'ENOENT') throw error
    } finally {
      await this.leave(parent)
    }
  }
}

/** Bytes of a path; Linux takes 4,095, of which the name of a file and ` (deleted)` have to be left. */
const LONGEST_PATH = 3800

/** Whether the system may refuse a path, or the path of what is in it. */
function isDeep(path: string): boolean {
  return path.length * 3 > LONGEST_PATH && Buffer.byteLength(path) > LONGEST_PATH
}
