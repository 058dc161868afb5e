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

/** The collaborators of a `TreeSnapshot`. */
interface TreeParts {
  readonly reader: FolderReader
  readonly folders: WatchedFolders
  readonly hints: Hints
  readonly system: SystemHints
  /** Called for each key that has another version than recorded, or none any more. */
  readonly report: (type: 'put' | 'delete', key: Key) => void
  /** Fires when nothing further must be examined. */
  readonly signal: AbortSignal
}

/** The recorded state of the folders of a watch. Compares it with the disk, and reports the differences. */
export class TreeSnapshot {
  readonly #parts: TreeParts
  readonly #watched: Key
  /** Files that are older than this were unchanged when they were first seen. */
  readonly #since = Date.now()

  /** @param watched Folders above it, at it and below it are recorded. */
  constructor(parts: TreeParts, watched: Key) {
    this.#parts = parts
    this.#watched = watched
  }

  /** Records the present state. */
  async begin(): Promise<void> {
    await this.#enter([], Key.root, false)
  }

  /** Whether a value is recorded. */
  holds({ folder, name }: OwnPlace): boolean {
    return this.#parts.folders.get(folder)?.entries.get(name)?.kind === 'value'
  }

  /** Examines names in a folder. If the folder is not recorded, examines the nearest recorded one above for it. */
  async examine({ folder: path, names }: HintedFolder): Promise<void> {
    const folder = this.#parts.folders.nearest(path)
    if (folder === undefined) return
    const next = path[folder.names.length]
    await this.#examine(folder, next === undefined ? names : new Set([next]))
  }

  /** Watches and examines everything again, because events of the system may have been lost. */
  async renewAll(): Promise<void> {
    const root = this.#parts.folders.get([])
    if (root !== undefined) await this.#renew(root)
  }

  async #examine(folder: WatchedFolder, names: ReadonlySet<string>): Promise<void> {
    const { reader, hints, signal } = this.#parts
    const isThere = await reader.within(folder.names, async path => {
      for (const name of reader.withExplained(names)) {
        if (signal.aborted) return
        const stats = await reader.stats(folder.names, path, name)
        const found = stats && (await reader.meaning(folder.names, name, stats))
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
    // Another folder may already have taken its place.
    hints.add(folder.names.slice(0, -1), folder.names.at(-1) ?? '')
  }

  #seen({ entries, prefix }: WatchedFolder, name: string, entry: RecordedEntry): void {
    const isChanged = entries.get(name)?.stamp !== entry.stamp
    entries.set(name, entry)
    if (isChanged) this.#parts.report('put', prefix.childOfCleanSegment(entry.segment))
  }

  async #branch(folder: WatchedFolder, name: string, entry: RecordedEntry, id: string): Promise<void> {
    const names = [...folder.names, name]
    const before = this.#parts.folders.get(names)
    folder.entries.set(name, entry)
    if (before?.id === id) {
      if (before.mayBeReplaced) await this.#renew(before)
      return
    }
    if (before !== undefined) this.#gone(before)
    await this.#enter(names, prefixOf(folder, entry), true)
  }

  /** Watches a folder again, and examines it for missed changes. */
  async #renew(folder: WatchedFolder): Promise<void> {
    const { reader, folders, hints, system } = this.#parts
    system.attach(folder)
    // If this is another folder, so are those below.
    for (const name of folder.entries.keys()) {
      const below = folders.get([...folder.names, name])
      if (below !== undefined) below.mayBeReplaced = true
    }
    for (const name of await reader.unverified(folder, this.#since)) hints.add(folder.names, name)
  }

  #lost(folder: WatchedFolder, name: string, known: RecordedEntry): void {
    folder.entries.delete(name)
    if (known.kind === 'value') this.#parts.report('delete', folder.prefix.childOfCleanSegment(known.segment))
    else this.#gone(this.#parts.folders.get([...folder.names, name]))
  }

  /** Removes everything recorded below a folder. */
  #gone(folder: WatchedFolder | undefined): void {
    if (folder === undefined) return
    for (const [name, known] of [...folder.entries]) this.#lost(folder, name, known)
    this.#parts.folders.drop(folder)
  }

  /**
   * Starts to watch a folder and those below.
   * @param isNew Whether its content has just been created.
   */
  async #enter(names: readonly string[], prefix: Key, isNew: boolean): Promise<void> {
    const { reader, folders, hints, system, signal } = this.#parts
    if (signal.aborted || !isRelated(prefix, this.#watched)) return
    // Recorded first, then watched, then read, so that nothing is missed in between.
    const folder = folders.add(names, prefix)
    system.attach(folder)
    const branches: (readonly [string, RecordedEntry])[] = []
    const isThere = await reader.within(names, async (_path, stats) => {
      folder.id = idOf(stats)
      const slices = new Slices()
      for (const [name, meaning] of await reader.meanings(names)) {
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

function prefixOf({ prefix }: WatchedFolder, { kind, segment }: RecordedEntry): Key {
  return kind === 'shelf' ? prefix : prefix.childOfCleanSegment(segment)
}

/** Whether keys at or below `watched` can be on the level of `prefix` or below it. */
function isRelated(prefix: Key, watched: Key): boolean {
  return prefix.equals(watched) || prefix.isAncestorOf(watched) || watched.isAncestorOf(prefix)
}

/** The recorded state of one entry of a watched folder. */
interface RecordedEntry extends Meaning {
  /** The version that was seen last; `undefined` if it was never examined. */
  stamp: string | undefined
}

/** A watched folder, and what was in it when it was last examined. */
export interface WatchedFolder {
  readonly names: readonly string[]
  /** The key whose level it holds. */
  readonly prefix: Key
  /** Distinguishes it from another folder in its place, as far as the system does. Empty until it was examined. */
  id: string
  watcher: FSWatcher | undefined
  /** Whether the system may be watching another folder, which was in its place before. */
  mayBeReplaced: boolean
  readonly entries: Map<string, RecordedEntry>
}

/** The folders of one watch by their paths. */
export class WatchedFolders {
  readonly #folders = new Map<string, WatchedFolder>()

  get(names: readonly string[]): WatchedFolder | undefined {
    return this.#folders.get(names.join('/'))
  }

  /** Adds a folder whose content is not recorded yet. */
  add(names: readonly string[], prefix: Key): WatchedFolder {
    const folder = { names, prefix, id: '', watcher: undefined, mayBeReplaced: false, entries: new Map() }
    this.#folders.set(names.join('/'), folder)
    return folder
  }

  /** The folder, or the nearest recorded one above it. */
  nearest(names: readonly string[]): WatchedFolder | undefined {
    for (let depth = names.length; depth >= 0; depth--) {
      const folder = this.get(names.slice(0, depth))
      if (folder !== undefined) return folder
    }
    return undefined
  }

  /** Forgets a folder, and stops watching it. */
  drop({ names, watcher }: WatchedFolder): void {
    watcher?.close()
    this.#folders.delete(names.join('/'))
  }

  clear(): void {
    for (const folder of this.#folders.values()) this.drop(folder)
  }
}

/** Milliseconds by which the clock of a disk may be late or coarse. */
const SLACK = 2000

/** Reads the entries of folders and determines what they mean. */
export class FolderReader {
  readonly #folder: OpenFolder

  constructor(folder: OpenFolder) {
    this.#folder = folder
  }

  /**
   * Runs `work` in an open folder.
   * @returns Whether the folder exists.
   */
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
      // It was removed in the meantime. A missing root is reported: that is not a missing file but a failure.
      if (names.length === 0 || systemCode(error) !== 'ENOENT') throw error
      return false
    } finally {
      await guard.leave(folder)
    }
  }

  /** The stats of a name in an open folder; of the target of a link if links are followed. */
  async stats(names: readonly string[], path: string, name: string): Promise<Stats | undefined> {
    const stats = await this.#folder.files.disk.lstat(joinPath(path, name))
    return stats?.isSymbolicLink() === true ? this.#folder.links?.targetOf([...names, name]) : stats
  }

  /** Adds the names that these names explain, which appear and disappear together with their label. */
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

  /** The meaning of every entry of a folder. */
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
   * Names in a folder whose meaning may differ from the recorded one: all except those of values that were not examined
   * and are older than `since`.
   */
  async unverified({ names, entries }: WatchedFolder, since: number): Promise<ReadonlySet<string>> {
    const unverified = new Set(entries.keys())
    await this.within(names, async path => {
      for (const [name] of await this.meanings(names)) {
        const known = entries.get(name)
        unverified.add(name)
        if (known?.kind !== 'value' || known.stamp !== undefined) continue
        const stats = await this.stats(names, path, name)
        const changed = Math.max(stats?.ctimeMs ?? 0, stats?.mtimeMs ?? 0)
        if (changed < since - SLACK) unverified.delete(name)
      }
    })
    return unverified
  }

  #scan(): LevelScan {
    const { files, links } = this.#folder
    return new LevelScan(files.disk, files.guard, links)
  }
}

/** Distinguishes folders beyond their inode numbers, which are reused immediately. */
function idOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.ino}:${stats.birthtimeMs}`
}

/** A file or a link in the place of a folder means that the folder is gone. */
function undefinedForObstacle(error: unknown): undefined {
  if (!(error instanceof Obstacle)) throw error
}
