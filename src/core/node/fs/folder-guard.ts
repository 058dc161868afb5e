import type { Stats } from 'node:fs'
import { relative, sep } from 'node:path'
import { type Disk, type Soon, systemCode } from './disk.ts'
import { Obstacle, RootGone } from './failures.ts'
import type { Place } from './layout.ts'

/** An open folder, reached without following a link. `path` and `/name` name an entry. Each needs a `leave`. */
export interface Folder {
  readonly path: string
  /** The descriptor that holds the folder open, if there is one. */
  readonly fd: number | undefined
}

/**
 * Maps names to places on disk. No place is outside the root or behind a symbolic link. A link or file in the way is an
 * `Obstacle`; a missing or replaced root is `RootGone`.
 */
export interface FolderGuard {
  /** The absolute path of the root, without links. */
  readonly root: string
  /** @throws RootGone unless the guarded folder is still at its path. */
  checkRoot(): Soon<void>
  /** Opens a folder; `undefined` if it is missing and `make` is not given. */
  enter(names: readonly string[], options?: EnterOptions): Promise<Folder | undefined>
  leave(folder: Folder | undefined): Promise<void>
  /** Closes the folders that no call uses. */
  close(): Promise<void>
  /**
   * Opens a file, for reading by default; `undefined` if there is none. Folders can be opened too, so the caller checks
   * the type.
   */
  openFile(folder: readonly string[], name: string, flags?: number): Soon<number | undefined>
}

export interface EnterOptions {
  /** Creates missing folders. Called for each created folder. */
  readonly make?: ((names: readonly string[]) => void) | undefined
}

/** The maximum number of unused folders that stay open. */
const MAX_IDLE = 8

interface PooledFolder {
  readonly fd: number
  readonly path: string
  users: number
}

/**
 * Open folders, shared by concurrent calls and kept open until the turn of the event loop ends: many small calls run in
 * one turn, often in one folder, and opening and closing the folder costs as much as writing a small value.
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

  /** The folder that was opened at this path, if it is open. It may have been moved since. Needs a `leave`. */
  join(path: string): Folder | undefined {
    const found = this.#byPath.get(path)
    if (found === undefined) return undefined
    if (found.users === 0) this.#idle--
    found.users++
    return folderOf(found)
  }

  /** Adds a folder that the caller has just opened and uses. Needs a `leave`. */
  add(path: string, fd: number): Folder {
    const entry = { fd, path, users: 1 }
    // If two calls opened it at the same time, only the first descriptor is shared.
    if (!this.#byPath.has(path)) this.#byPath.set(path, entry)
    this.#byDescriptor.set(fd, entry)
    return folderOf(entry)
  }

  /** Stops sharing a folder that was moved. The last `leave` closes it. */
  forget({ fd }: Folder): void {
    const entry = this.#entryOf(fd)
    if (entry !== undefined && this.#isShared(entry)) this.#byPath.delete(entry.path)
  }

  async leave({ fd }: Folder): Promise<void> {
    const entry = this.#entryOf(fd)
    if (entry === undefined) return
    entry.users--
    if (entry.users > 0) return
    if (!this.#isShared(entry) || this.#idle >= MAX_IDLE) {
      await this.#close([entry])
      return
    }
    this.#idle++
    if (this.#isClosingSoon) return
    this.#isClosingSoon = true
    setImmediate(() => {
      this.#isClosingSoon = false
      // The folder is no longer used, so a failure to close it concerns no call.
      this.closeIdle().catch(() => undefined)
    })
  }

  /** Closes the unused folders, and waits for those that are already being closed. */
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
    // Before the first await, so that none of them can be joined while others are being closed.
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

/** Calls go through the open folder itself, so that replacing it by a link has no effect. */
function folderOf({ fd }: PooledFolder): Folder {
  return { path: `/proc/self/fd/${fd}`, fd }
}

/**
 * The folder that a store was opened on. Detects when another folder, a link or another file system takes its place. It
 * holds no descriptor, so that a disk can be unmounted.
 */
export class RootFolder {
  /** The absolute path, without links. */
  readonly path: string
  readonly #disk: Disk
  #known: Stats

  private constructor(disk: Disk, path: string, opened: Stats) {
    this.#disk = disk
    this.path = path
    this.#known = opened
  }

  /** @throws RootGone if there is nothing at `path`. */
  static async open(disk: Disk, path: string): Promise<RootFolder> {
    const stats = await disk.lstat(path)
    if (stats === undefined) throw new RootGone(path)
    return new RootFolder(disk, path, stats)
  }

  /** @throws RootGone unless the folder is at its path. */
  check(): Soon<void> {
    const found = this.#disk.lstat(this.path)
    if (found instanceof Promise) return found.then(stats => this.assertSame(stats))
    this.assertSame(found)
  }

  /** @throws RootGone unless `found`, which is at the path of the folder, is the folder. */
  assertSame(found: Stats | undefined): void {
    if (found === undefined) throw new RootGone(this.path)
    const { dev, ino, birthtimeMs } = this.#known
    const isSame =
      found.dev === dev &&
      found.ino === ino &&
      // Inode numbers are reused after the folder is removed.
      (found.birthtimeMs === birthtimeMs || !isBirthKnown(this.#known))
    if (!isSame) throw new RootGone(this.path, 'was moved away or replaced: another one is at its path')
    if (!isBirthKnown(this.#known)) this.#known = found
  }
}

/** If the file system has no birth times, Node returns 0 or the time of the last change, as for a new folder. */
function isBirthKnown({ birthtimeMs, ctimeMs }: Stats): boolean {
  return birthtimeMs !== 0 && birthtimeMs !== ctimeMs
}

/**
 * Checks each folder from the root down.
 * @returns How many of them exist before the first missing one.
 * @throws Obstacle for a link or anything else that is not a folder; RootGone
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

/**
 * The text of a file; `undefined` if there is none, or something else is there: a link, a folder, a pipe.
 * @param most The maximum number of bytes that are read.
 */
export async function readText(
  disk: Disk,
  guard: FolderGuard,
  folder: readonly string[],
  name: string,
  most = Number.POSITIVE_INFINITY,
): Promise<string | undefined> {
  const fd = await openUnlessObstacle(guard, folder, name)
  if (fd === undefined) return undefined
  try {
    const stats = await disk.fstat(fd)
    if (!stats.isFile()) return undefined
    const bytes = new Uint8Array(Math.min(stats.size, most))
    const length = await disk.read(fd, bytes, 0)
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, length))
  } finally {
    await disk.close(fd)
  }
}

async function openUnlessObstacle(
  guard: FolderGuard,
  folder: readonly string[],
  name: string,
): Promise<number | undefined> {
  try {
    return await guard.openFile(folder, name)
  } catch (error) {
    if (error instanceof Obstacle) return undefined
    throw error
  }
}

/** Follows symbolic links on the way to a file or folder, if their target is within the root. */
export class LinkResolver {
  readonly #disk: Disk
  readonly #root: string

  constructor(disk: Disk, root: string) {
    this.#disk = disk
    this.#root = root
  }

  /**
   * The same place, named without links. The part of the path that does not exist is kept.
   * @throws Obstacle for a link that leads out of the root.
   */
  async resolve(names: readonly string[]): Promise<readonly string[]> {
    for (let depth = names.length; depth > 0; depth--) {
      const real = await this.#realNames(names.slice(0, depth))
      if (real !== undefined) return [...real, ...names.slice(depth)]
    }
    return names
  }

  async isLink({ folder, name }: Place): Promise<boolean> {
    const stats = await this.#disk.lstat([...folder, name].reduce(joinPath, this.#root))
    return stats?.isSymbolicLink() === true
  }

  /** The target of a link; `undefined` where the link is broken or leads out of the root. */
  async targetOf(names: readonly string[]): Promise<Stats | undefined> {
    try {
      const real = await this.#realNames(names)
      return real === undefined ? undefined : await this.#disk.lstat(real.reduce(joinPath, this.#root))
    } catch (error) {
      if (error instanceof Obstacle || systemCode(error) === 'ELOOP') return undefined
      throw error
    }
  }

  async #realNames(names: readonly string[]): Promise<readonly string[] | undefined> {
    const path = await this.#realpath(names.reduce(joinPath, this.#root))
    if (path === undefined) return undefined
    const inside = relative(this.#root, path)
    if (inside === '') return []
    const real = inside.split(sep)
    if (real[0] === '..' || inside === path) throw new Obstacle('link', names)
    return real
  }

  async #realpath(path: string): Promise<string | undefined> {
    try {
      return await this.#disk.realpath(path)
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw error
    }
  }
}
