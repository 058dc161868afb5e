import type { Disk, Soon } from '../disk/disk.ts'
import { OPEN_FILE, OPEN_FOLDER, systemCode } from '../disk/disk.ts'
import { Obstacle } from '../failures.ts'
import { AnchoredGuard } from './anchored-guard.ts'
import type { EnterOptions, Folder, FolderGuard } from './folder-guard.ts'
import { joinPath, RootFolder, surveyFolders } from './folder-guard.ts'

/**
 * Looks at every folder on the way before each call. A folder that somebody swaps for a link in the microseconds
 * between look and call gets past it: systems without `/proc` offer no way to shut that window from here.
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
      // Others make and remove folders too; the next survey shows what there is.
      if (systemCode(error) !== 'EEXIST' && systemCode(error) !== 'ENOENT') throw error
    }
  }
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
