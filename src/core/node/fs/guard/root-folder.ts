import type { Stats } from 'node:fs'
import type { Disk } from '../disk/disk.ts'
import { RootGone } from './obstacle.ts'

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

  /** Names the folder itself, whatever its path. */
  get id(): string {
    const { dev, ino } = this.#known
    // Some file systems number nothing.
    return ino === 0 ? this.path : `${dev}:${ino}`
  }

  /** @throws RootGone unless the folder stands at its path. */
  async check(): Promise<void> {
    this.assertSame(await this.#disk.lstat(this.path))
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
