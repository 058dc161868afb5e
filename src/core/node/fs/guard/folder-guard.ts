import type { Stats } from 'node:fs'
import type { Disk, Soon } from '../disk/disk.ts'
import { Obstacle, RootGone } from '../failures.ts'

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
  /** @throws RootGone unless the folder that the guard was made for stands at its path. */
  checkRoot(): Soon<void>
  /** Opens a folder; `undefined` where there is none, unless it is to be made. */
  enter(names: readonly string[], options?: EnterOptions): Promise<Folder | undefined>
  leave(folder: Folder | undefined): Promise<void>
  /** Lets go of folders that nobody is in. */
  close(): Promise<void>
  /** Opens a file, for reading by default; `undefined` where there is none. What it is remains to be seen: folders open too. */
  openFile(folder: readonly string[], name: string, flags?: number): Soon<number | undefined>
}

export interface EnterOptions {
  /** Makes the folders that are missing; told of each one made. */
  readonly make?: ((names: readonly string[]) => void) | undefined
}

/**
 * The folder that a store was opened on, told from any other that stands at its path later: another folder, a link, or a
 * file system that was mounted over it or taken away. No descriptor is held, so that a disk can be unmounted.
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

  /** @throws RootGone where there is nothing at `path`. */
  static async open(disk: Disk, path: string): Promise<RootFolder> {
    const stats = await disk.lstat(path)
    if (stats === undefined) throw new RootGone(path)
    return new RootFolder(disk, path, stats)
  }

  /** @throws RootGone unless the folder stands at its path. */
  check(): Soon<void> {
    const found = this.#disk.lstat(this.path)
    if (found instanceof Promise) return found.then(stats => this.assertSame(stats))
    this.assertSame(found)
  }

  /** @throws RootGone unless `found`, which stands at the path of the folder, is the folder. */
  assertSame(found: Stats | undefined): void {
    if (found === undefined) throw new RootGone(this.path)
    const { dev, ino, birthtimeMs } = this.#known
    const isSame =
      found.dev === dev &&
      found.ino === ino &&
      // The number of an inode is used again once its folder is removed.
      (found.birthtimeMs === birthtimeMs || !isBirthKnown(this.#known))
    if (!isSame) throw new RootGone(this.path, 'was moved away or replaced: another one is at its path')
    if (!isBirthKnown(this.#known)) this.#known = found
  }
}

/** Where the file system keeps no time of birth, Node gives 0 or the time of the last change, as for a new folder. */
function isBirthKnown({ birthtimeMs, ctimeMs }: Stats): boolean {
  return birthtimeMs !== 0 && birthtimeMs !== ctimeMs
}

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

/**
 * The text of a file; `undefined` where there is none, and where something else stands: a link, a folder, a pipe.
 * @param most Bytes that are read of it.
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
