import type { Stats } from 'node:fs'
import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import type { Folder, FolderGuard } from '../guard/folder-guard.ts'
import type { LinkResolver } from '../guard/link-resolver.ts'
import { Obstacle } from '../guard/obstacle.ts'
import { readText } from '../guard/read-text.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { FolderEntry } from '../layout.ts'
import type { FolderStamp } from './level-cache.ts'
import type { EntryReader } from './read-level.ts'

/** A folder whose own size is no larger is short enough to be read on this thread. */
const SMALL_FOLDER = 64 * 1024
const UNSPEAKABLE = '\ufffd'

/** What one reading of a level saw: hands folders to the layout, and keeps how each was at that moment. */
export class LevelScan implements EntryReader {
  readonly stamps: FolderStamp[] = []
  /** Whether each folder had been left alone long enough for its time to tell the next change. */
  isSettled = true
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #links: LinkResolver | undefined

  constructor(disk: Disk, guard: FolderGuard, links: LinkResolver | undefined) {
    this.#disk = disk
    this.#guard = guard
    this.#links = links
  }

  async entries(names: readonly string[]): Promise<readonly FolderEntry[]> {
    const folder = await this.enter(names)
    if (folder === undefined) return []
    try {
      const stats = await this.#look(folder)
      this.#note(names, stats)
      const entries = await this.#disk.readdir(folder.path, stats.size <= SMALL_FOLDER)
      const shown = await this.#withoutUnspeakable(folder, entries)
      return this.#links === undefined ? shown : await this.#followed(names, shown, this.#links)
    } finally {
      await this.#guard.leave(folder)
    }
  }

  text(names: readonly string[], name: string): Promise<string | undefined> {
    return readText(this.#disk, this.#guard, names, name)
  }

  /** Whether a folder is as it was when the level was read. */
  async isUnchanged({ folder: names, stamp }: FolderStamp): Promise<boolean> {
    const folder = await this.enter(names)
    if (folder === undefined) return false
    try {
      return stampOf(await this.#look(folder)) === stamp
    } finally {
      await this.#guard.leave(folder)
    }
  }

  /** A folder to look into; `undefined` for what is no folder. */
  async enter(names: readonly string[]): Promise<Folder | undefined> {
    try {
      return await this.#guard.enter((await this.#links?.resolve(names)) ?? names)
    } catch (error) {
      if (error instanceof Obstacle && error.kind === 'file') return undefined
      if (systemCode(error) === 'ENAMETOOLONG') return undefined
      throw error
    }
  }

  async #look({ fd, path }: Folder): Promise<Stats> {
    const stats = fd === undefined ? await this.#disk.lstat(path) : await this.#disk.fstat(fd)
    if (stats !== undefined) return stats
    throw Object.assign(new Error(`ENOENT: ${JSON.stringify(path)} is gone`), { code: 'ENOENT' })
  }

  #note(folder: readonly string[], stats: Stats): void {
    this.stamps.push({ folder, path: folder.join('/'), stamp: stampOf(stats) })
    // Two changes within a tick of the disk's clock leave the same time. Whole seconds mean a slow clock.
    const tick = stats.mtimeMs % 1000 === 0 ? 2000 : 20
    if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) < tick) this.isSettled = false
  }

  /** Node shows bytes that are no UTF-8 as U+FFFD, a name under which there is nothing. */
  async #withoutUnspeakable(
    folder: Folder,
    entries: readonly FolderEntry[],
  ): Promise<readonly FolderEntry[]> {
    if (!entries.some(entry => entry.name.includes(UNSPEAKABLE))) return entries
    const seen = new Set<string>()
    const shown: FolderEntry[] = []
    for (const entry of entries) {
      if (entry.name.includes(UNSPEAKABLE)) {
        if (seen.has(entry.name) || (await this.#disk.lstat(joinPath(folder.path, entry.name))) === undefined)
          continue
        seen.add(entry.name)
      }
      shown.push(entry)
    }
    return shown
  }

  async #followed(
    names: readonly string[],
    entries: readonly FolderEntry[],
    links: LinkResolver,
  ): Promise<readonly FolderEntry[]> {
    const followed: FolderEntry[] = []
    for (const entry of entries) {
      if (entry.isFile() || entry.isDirectory()) followed.push(entry)
      else {
        // What a link leads to can change while its folder does not.
        this.isSettled = false
        const target = await links.targetOf([...names, entry.name])
        if (target !== undefined) {
          followed.push({
            name: entry.name,
            isFile: () => target.isFile(),
            isDirectory: () => target.isDirectory(),
          })
        }
      }
    }
    return followed
  }
}

function stampOf(stats: Stats): string {
  return `${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}`
}
