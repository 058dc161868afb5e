import type { Stats } from 'node:fs'
import { systemCode } from '../disk/disk.ts'
import { Obstacle } from '../guard/obstacle.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { FolderEntry, Meaning } from '../layout.ts'
import { LevelScan } from '../levels/level-scan.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import type { KnownFolder } from './known-folder.ts'

/** Milliseconds that the clock of a disk may be behind, or count in one step. */
const SLACK = 2000

/** Looks at the entries of folders, and says what they stand for. */
export class FolderLook {
  readonly #folder: OpenFolder

  constructor(folder: OpenFolder) {
    this.#folder = folder
  }

  /** Does `work` in an open folder. @returns Whether there is one. */
  async within(
    names: readonly string[],
    work: (path: string, stats: Stats | undefined) => Promise<void>,
  ): Promise<boolean> {
    const { guard, disk } = this.#folder.files
    const folder = await guard.enter(names).catch(undefinedForObstacle)
    if (folder === undefined) return false
    try {
      const stats = folder.fd === undefined ? await disk.lstat(folder.path) : await disk.fstat(folder.fd)
      await work(folder.path, stats)
      return true
    } catch (error) {
      // It went while it was looked at. The root does not go unnoticed: that is no missing file, but a failure.
      if (names.length === 0 || systemCode(error) !== 'ENOENT') throw error
      return false
    } finally {
      await guard.leave(folder)
    }
  }

  /** What is called so in an open folder, or what a link leads to where links are followed. */
  async stats(names: readonly string[], path: string, name: string): Promise<Stats | undefined> {
    const stats = await this.#folder.files.disk.lstat(joinPath(path, name))
    return stats?.isSymbolicLink() === true ? this.#folder.links?.targetOf([...names, name]) : stats
  }

  /** With the names that those explain, for what comes with its label or goes with it. */
  withExplained(names: ReadonlySet<string>): ReadonlySet<string> {
    const { layout } = this.#folder.files
    const explained = [...names].flatMap(name => layout.explainedBy?.(name) ?? [])
    return explained.length === 0 ? names : new Set([...names, ...explained])
  }

  async meaning(
    names: readonly string[],
    name: string,
    entry: Pick<FolderEntry, 'isFile' | 'isDirectory'>,
  ): Promise<Meaning | undefined> {
    const isFile = entry.isFile()
    const isDirectory = entry.isDirectory()
    const named = { name, isFile: () => isFile, isDirectory: () => isDirectory }
    return this.#folder.files.layout.meaningOf(names, named, this.#scan())
  }

  /** What every entry of a folder stands for. */
  async meanings(names: readonly string[]): Promise<readonly (readonly [name: string, Meaning])[]> {
    const scan = this.#scan()
    const found: (readonly [string, Meaning])[] = []
    for (const entry of await scan.entries(names)) {
      const meaning = await this.#folder.files.layout.meaningOf(names, entry, scan)
      if (meaning !== undefined) found.push([entry.name, meaning])
    }
    return found
  }

  /**
   * Names in a folder that may stand for something else than is known: all but those of values that were not looked at
   * before and are older than `since`.
   */
  async doubtful({ names, entries }: KnownFolder, since: number): Promise<ReadonlySet<string>> {
    const doubtful = new Set(entries.keys())
    await this.within(names, async path => {
      for (const [name] of await this.meanings(names)) {
        const known = entries.get(name)
        doubtful.add(name)
        if (known?.kind !== 'value' || known.stamp !== undefined) continue
        const stats = await this.stats(names, path, name)
        const changed = Math.max(stats?.ctimeMs ?? 0, stats?.mtimeMs ?? 0)
        if (changed < since - SLACK) doubtful.delete(name)
      }
    })
    return doubtful
  }

  #scan(): LevelScan {
    const { files, links } = this.#folder
    return new LevelScan(files.disk, files.guard, links)
  }
}

/** Tells folders apart: numbers of inodes are used again at once. */
export function idOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino}:${stats.birthtimeMs}`
}

/** What is a file or a link now is no folder of the store any more. */
function undefinedForObstacle(error: unknown): undefined {
  if (!(error instanceof Obstacle)) throw error
}
