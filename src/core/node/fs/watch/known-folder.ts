import type { FSWatcher, Stats } from 'node:fs'
import type { Key } from '../../../key.ts'
import { systemCode } from '../disk/disk.ts'
import { Obstacle } from '../failures.ts'
import { joinPath } from '../guard/folder-guard.ts'
import type { FolderEntry, Meaning } from '../layout.ts'
import { LevelScan } from '../levels/level-reader.ts'
import type { OpenFolder } from '../open/open-folder.ts'

/** What is known of one entry of a watched folder. */
export interface KnownEntry extends Meaning {
  /** The version that was seen last; `undefined` when it was never looked at. */
  stamp: string | undefined
}

/** A folder that is watched, and what was in it when it was looked at last. */
export interface KnownFolder {
  readonly names: readonly string[]
  /** The key whose level it holds. */
  readonly prefix: Key
  /** Tells it from another folder that takes its place, as far as the system does. Empty until it was looked at. */
  id: string
  watcher: FSWatcher | undefined
  /** The system may watch another folder, that was in its place before. */
  isSuspect: boolean
  readonly entries: Map<string, KnownEntry>
}

/** The folders of one watch by their paths. */
export class KnownFolders {
  readonly #folders = new Map<string, KnownFolder>()

  get(names: readonly string[]): KnownFolder | undefined {
    return this.#folders.get(names.join('/'))
  }

  /** Takes in a folder of which nothing is known yet. */
  add(names: readonly string[], prefix: Key): KnownFolder {
    const folder = { names, prefix, id: '', watcher: undefined, isSuspect: false, entries: new Map() }
    this.#folders.set(names.join('/'), folder)
    return folder
  }

  /** The folder, or the nearest above it that is known. */
  nearest(names: readonly string[]): KnownFolder | undefined {
    for (let depth = names.length; depth >= 0; depth--) {
      const folder = this.get(names.slice(0, depth))
      if (folder !== undefined) return folder
    }
    return undefined
  }

  /** Forgets a folder, and stops watching it. */
  drop({ names, watcher }: KnownFolder): void {
    watcher?.close()
    this.#folders.delete(names.join('/'))
  }

  clear(): void {
    for (const folder of this.#folders.values()) this.drop(folder)
  }
}

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
