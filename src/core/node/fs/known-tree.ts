import type { FSWatcher, Stats } from 'node:fs'
import { Slices } from '../../concurrency/slices.ts'
import { Key } from '../../key.ts'
import { systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import { joinPath } from './folder-guard.ts'
import type { FolderEntry, Meaning } from './layout.ts'
import { LevelScan } from './levels.ts'
import type { OpenFolder } from './open-folder.ts'
import type { HintedFolder, Hints, SystemHints } from './system-watch.ts'
import type { OwnPlace } from './tree-watch.ts'
import { versionOf } from './value-reader.ts'

/** What a `KnownTree` works with. */
interface TreeParts {
  readonly look: FolderLook
  readonly folders: KnownFolders
  readonly hints: Hints
  readonly system: SystemHints
  /** Told of each key that has another version than was known, or none any more. */
  readonly tell: (type: 'put' | 'delete', key: Key) => void
  /** Nothing further is to be looked at. */
  readonly signal: AbortSignal
}

/** What is known of the folders of a watch. Looks at what is there, and tells how it differs. */
export class KnownTree {
  readonly #parts: TreeParts
  readonly #watched: Key
  /** What was left alone since then is as it was when it was first seen. */
  readonly #since = Date.now()

  /** @param watched What is above it, at it and below it is taken in. */
  constructor(parts: TreeParts, watched: Key) {
    this.#parts = parts
    this.#watched = watched
  }

  /** Takes in how everything is. */
  async begin(): Promise<void> {
    await this.#enter([], Key.root, false)
  }

  /** Whether a value is known to be there. */
  holds({ folder, name }: OwnPlace): boolean {
    return this.#parts.folders.get(folder)?.entries.get(name)?.kind === 'value'
  }

  /** Looks at names in a folder; where that is not known, the nearest one above is looked at for it. */
  async examine({ folder: path, names }: HintedFolder): Promise<void> {
    const folder = this.#parts.folders.nearest(path)
    if (folder === undefined) return
    const next = path[folder.names.length]
    await this.#examine(folder, next === undefined ? names : new Set([next]))
  }

  /** Has everything watched afresh and looked at: the system may have told what nobody heard. */
  async renewAll(): Promise<void> {
    const root = this.#parts.folders.get([])
    if (root !== undefined) await this.#renew(root)
  }

  async #examine(folder: KnownFolder, names: ReadonlySet<string>): Promise<void> {
    const { look, hints, signal } = this.#parts
    const isThere = await look.within(folder.names, async path => {
      for (const name of look.withExplained(names)) {
        if (signal.aborted) return
        const stats = await look.stats(folder.names, path, name)
        const found = stats && (await look.meaning(folder.names, name, stats))
        const known = folder.entries.get(name)
        if (known !== undefined && (found?.kind !== known.kind || found.segment !== known.segment)) {
          this.#lost(folder, name, known)
        }
        if (found === undefined || stats === undefined) continue
        if (found.kind === 'value') this.#seen(folder, name, { ...found, stamp: versionOf(stats) })
        else await this.#branch(folder, name, { ...found, stamp: undefined }, idOf(stats))
      }
    })
    if (isThere) return
    this.#gone(folder)
    // Another may have come in its place already.
    hints.add(folder.names.slice(0, -1), folder.names.at(-1) ?? '')
  }

  #seen({ entries, prefix }: KnownFolder, name: string, entry: KnownEntry): void {
    const isNews = entries.get(name)?.stamp !== entry.stamp
    entries.set(name, entry)
    if (isNews) this.#parts.tell('put', prefix.childOfCleanSegment(entry.segment))
  }

  async #branch(folder: KnownFolder, name: string, entry: KnownEntry, id: string): Promise<void> {
    const names = [...folder.names, name]
    const before = this.#parts.folders.get(names)
    folder.entries.set(name, entry)
    if (before?.id === id) {
      if (before.isSuspect) await this.#renew(before)
      return
    }
    if (before !== undefined) this.#gone(before)
    await this.#enter(names, prefixOf(folder, entry), true)
  }

  /** Watches a folder afresh, and looks at what it may have missed. */
  async #renew(folder: KnownFolder): Promise<void> {
    const { look, folders, hints, system } = this.#parts
    system.attach(folder)
    // Where this is another folder, so are those below.
    for (const name of folder.entries.keys()) {
      const below = folders.get([...folder.names, name])
      if (below !== undefined) below.isSuspect = true
    }
    for (const name of await look.doubtful(folder, this.#since)) hints.add(folder.names, name)
  }

  #lost(folder: KnownFolder, name: string, known: KnownEntry): void {
    folder.entries.delete(name)
    if (known.kind === 'value') this.#parts.tell('delete', folder.prefix.childOfCleanSegment(known.segment))
    else this.#gone(this.#parts.folders.get([...folder.names, name]))
  }

  /** Everything that was known below a folder is lost. */
  #gone(folder: KnownFolder | undefined): void {
    if (folder === undefined) return
    for (const [name, known] of [...folder.entries]) this.#lost(folder, name, known)
    this.#parts.folders.drop(folder)
  }

  /** Begins to watch a folder and those below. @param isNew What is in it has just come to be. */
  async #enter(names: readonly string[], prefix: Key, isNew: boolean): Promise<void> {
    const { look, folders, hints, system, signal } = this.#parts
    if (signal.aborted || !isOnTheWay(prefix, this.#watched)) return
    // Known first, watched then and read at last, so that nothing slips in between.
    const folder = folders.add(names, prefix)
    system.attach(folder)
    const branches: (readonly [string, KnownEntry])[] = []
    const isThere = await look.within(names, async (_path, stats) => {
      folder.id = idOf(stats)
      const slices = new Slices()
      for (const [name, meaning] of await look.meanings(names)) {
        const entry = { ...meaning, stamp: undefined }
        if (meaning.kind !== 'value') branches.push([name, entry])
        else if (isNew) hints.add(names, name)
        else folder.entries.set(name, entry)
        if (slices.step()) await slices.pause()
      }
    })
    if (!isThere) {
      this.#gone(folder)
      return
    }
    for (const [name, entry] of branches) {
      folder.entries.set(name, entry)
      await this.#enter([...names, name], prefixOf(folder, entry), isNew)
    }
  }
}

function prefixOf({ prefix }: KnownFolder, { kind, segment }: KnownEntry): Key {
  return kind === 'shelf' ? prefix : prefix.childOfCleanSegment(segment)
}

/** Whether keys at or below `watched` can be on the level of `prefix` or below it. */
function isOnTheWay(prefix: Key, watched: Key): boolean {
  return prefix.equals(watched) || prefix.isAncestorOf(watched) || watched.isAncestorOf(prefix)
}

/** What is known of one entry of a watched folder. */
interface KnownEntry extends Meaning {
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
    const named = { name, isFile: () => isFile, isDirectory: () => isDirectory, isSymbolicLink: () => false }
    return this.#folder.files.layout.meaningOf(names, named, this.#scan())
  }

  /** What every entry of a folder stands for. */
  async meanings(names: readonly string[]): Promise<readonly (readonly [name: string, Meaning])[]> {
    const scan = this.#scan()
    const slices = new Slices()
    const found: (readonly [string, Meaning])[] = []
    for await (const entry of scan.entries(names)) {
      const asked = this.#folder.files.layout.meaningOf(names, entry, scan)
      const meaning = asked instanceof Promise ? await asked : asked
      if (meaning !== undefined) found.push([entry.name, meaning])
      if (slices.step()) await slices.pause()
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
function idOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino}:${stats.birthtimeMs}`
}

/** What is a file or a link now is no folder of the store any more. */
function undefinedForObstacle(error: unknown): undefined {
  if (!(error instanceof Obstacle)) throw error
}
