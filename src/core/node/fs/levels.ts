import type { Stats } from 'node:fs'
import { forEachBounded } from '../../concurrency/for-each-bounded.ts'
import type { Child, Hidden, HiddenEntry, ListOptions, ListPage } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { LevelBuilder, PackedLevel } from '../../key-index/packed-level.ts'
import { pageLimit, shareLevel } from '../../list-page.ts'
import { type Disk, systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import { type Folder, type FolderGuard, joinPath, type LinkResolver, readText } from './folder-guard.ts'
import type { FolderEntry, LabelReader, Layout, Level } from './layout.ts'
import type { StoreFiles } from './open-folder.ts'

/** A folder whose own size is at most this is short enough to be read on this thread. */
const SMALL_FOLDER = 64 * 1024
const UNDECODABLE = '\ufffd'

/** Reads one level: lists folders for the layout, and records the stamp of each. */
export class LevelScan implements EntryReader {
  readonly stamps: FolderStamp[] = []
  readonly hidden = new HiddenEntries()
  /** Whether the times of the folders are old enough that the next change will alter them. */
  isSettled = true
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #links: LinkResolver | undefined

  constructor(disk: Disk, guard: FolderGuard, links: LinkResolver | undefined) {
    this.#disk = disk
    this.#guard = guard
    this.#links = links
  }

  async *entries(names: readonly string[]): AsyncIterable<FolderEntry> {
    const folder = await this.enter(names)
    if (folder === undefined) return
    try {
      const stats = await this.#statOf(folder)
      this.#note(names, stats)
      const undecodable = new Set<string>()
      for await (const entry of await this.#disk.readdir(folder.path, stats.size <= SMALL_FOLDER)) {
        if (entry.name.includes(UNDECODABLE) && !(await this.#isNamed(folder, entry.name, undecodable)))
          continue
        const isPlain = this.#links === undefined || entry.isFile() || entry.isDirectory()
        yield isPlain ? entry : await this.#followed(names, entry, this.#links)
      }
    } finally {
      await this.#guard.leave(folder)
    }
  }

  text(names: readonly string[], name: string): Promise<string | undefined> {
    return readText(this.#disk, this.#guard, names, name)
  }

  /** Whether a folder is unchanged since the level was read. */
  async isUnchanged({ folder: names, stamp }: FolderStamp): Promise<boolean> {
    const folder = await this.enter(names)
    if (folder === undefined) return false
    try {
      return stampOf(await this.#statOf(folder)) === stamp
    } finally {
      await this.#guard.leave(folder)
    }
  }

  /** Opens a folder to list; `undefined` if something else is at its path. */
  async enter(names: readonly string[]): Promise<Folder | undefined> {
    try {
      return await this.#guard.enter((await this.#links?.resolve(names)) ?? names)
    } catch (error) {
      if (error instanceof Obstacle && error.kind === 'file') return undefined
      if (systemCode(error) === 'ENAMETOOLONG') return undefined
      throw error
    }
  }

  async #statOf({ fd, path }: Folder): Promise<Stats> {
    const stats = fd === undefined ? await this.#disk.lstat(path) : await this.#disk.fstat(fd)
    if (stats !== undefined) return stats
    throw Object.assign(new Error(`ENOENT: ${JSON.stringify(path)} is gone`), { code: 'ENOENT' })
  }

  #note(folder: readonly string[], stats: Stats): void {
    this.stamps.push({ folder, path: folder.join('/'), stamp: stampOf(stats) })
    // Two changes within a tick of the disk's clock have the same time. Whole seconds mean a slow clock.
    const tick = stats.mtimeMs % 1000 === 0 ? 2000 : 20
    if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) < tick) this.isSettled = false
  }

  /**
   * Whether a name with U+FFFD names a file. Node decodes a name that is not valid UTF-8 to one with U+FFFD, which
   * names no file, or another one.
   */
  async #isNamed(folder: Folder, name: string, seen: Set<string>): Promise<boolean> {
    if (!seen.has(name) && (await this.#disk.lstat(joinPath(folder.path, name))) !== undefined) {
      seen.add(name)
      return true
    }
    this.hidden.add(name, 'name')
    return false
  }

  async #followed(names: readonly string[], entry: FolderEntry, links: LinkResolver): Promise<FolderEntry> {
    // The target of a link can change while its folder does not.
    this.isSettled = false
    const target = await links.targetOf([...names, entry.name])
    if (target === undefined) return entry
    return {
      name: entry.name,
      isFile: () => target.isFile(),
      isDirectory: () => target.isDirectory(),
      isSymbolicLink: () => false,
    }
  }
}

function stampOf(stats: Stats): string {
  return `${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}`
}

/** The number of hidden entries that a page names. */
const MAX_EXAMPLES = 10

/** Counts entries that have no key. */
class HiddenEntries {
  #count = 0
  readonly #examples: HiddenEntry[] = []

  add(name: string, reason: HiddenEntry['reason']): void {
    this.#count++
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push({ name, reason })
  }

  get found(): Hidden | undefined {
    return this.#count === 0 ? undefined : { count: this.#count, examples: this.#examples }
  }
}

const SHELVES_AT_ONCE = 8
const NOTHING: Level = { children: PackedLevel.empty }

/** The inputs of reading a level. */
interface EntryReader extends LabelReader {
  /** The entries of a folder; none if it does not exist. */
  entries(folder: readonly string[]): AsyncIterable<FolderEntry>
  /** Collects entries that have no key. */
  readonly hidden: HiddenEntries
}

/** The level below `prefix`, including the shelves of the level. */
async function readLevel(layout: Layout, prefix: Key, reader: EntryReader): Promise<Level> {
  const top = layout.folderOf(prefix)
  if (top === undefined) return NOTHING
  const level = new LevelBuilder()
  const shelves: string[] = []
  const read = async (folder: readonly string[]): Promise<void> => {
    for await (const entry of reader.entries(folder)) {
      const asked = layout.meaningOf(folder, entry, reader)
      // Most layouts answer without a promise, and a folder may hold very many entries.
      const meaning = asked instanceof Promise ? await asked : asked
      if (meaning?.kind === 'shelf') shelves.push(entry.name)
      else if (meaning !== undefined) {
        const pause = level.add(meaning.segment, meaning.kind === 'value')
        if (pause !== undefined) await pause
      } else {
        const reason = layout.hiddenReason?.(entry)
        if (reason !== undefined) reader.hidden.add(entry.name, reason)
      }
    }
  }
  await read(top)
  await forEachBounded(shelves.splice(0), SHELVES_AT_ONCE, name => read([...top, name]))
  return { children: await level.finish(), hidden: reader.hidden.found }
}

const NO_LEVEL: CachedLevel = { level: NOTHING, stamps: [] }

/** Reads levels of the tree, from the cache while their folders are unchanged. */
export class LevelReader {
  readonly #files: StoreFiles
  readonly #links: LinkResolver | undefined

  constructor(files: StoreFiles, links: LinkResolver | undefined) {
    this.#files = files
    this.#links = links
  }

  /** The level below `prefix`; empty if it does not exist. */
  async read(prefix: Key): Promise<CachedLevel> {
    const { levels, layout } = this.#files
    const id = `${layout.name} ${layout.marker?.extension ?? ''} ${this.#links === undefined ? '' : '→'} ${prefix.toString()}`
    const known = levels.get(id)
    if (known !== undefined && (await this.#isUnchanged(known))) return known
    const { level, isSettled } = await this.readAfresh(prefix)
    if (isSettled && level.stamps.length > 0) levels.set(id, level)
    return level
  }

  async readAfresh(prefix: Key): Promise<{ readonly level: CachedLevel; readonly isSettled: boolean }> {
    const { layout, guard } = this.#files
    if (layout.problemOf(prefix) !== undefined || layout.folderOf(prefix) === undefined) {
      await guard.checkRoot()
      return { level: NO_LEVEL, isSettled: false }
    }
    const scan = this.#scan()
    const level = await readLevel(layout, prefix, scan)
    return { level: { level, stamps: scan.stamps }, isSettled: scan.isSettled }
  }

  async #isUnchanged({ stamps }: CachedLevel): Promise<boolean> {
    const scan = this.#scan()
    for (const stamp of stamps) if (!(await scan.isUnchanged(stamp))) return false
    return true
  }

  #scan(): LevelScan {
    return new LevelScan(this.#files.disk, this.#files.guard, this.#links)
  }
}

/** The number of names in the cache. A single level may be larger; then it is the only one. */
const MAX_NAMES = 1_000_000
const MAX_LEVELS = 64

/** A folder that a level was read from, and its state then. */
interface FolderStamp {
  readonly folder: readonly string[]
  /** The folder's names, joined by `/`. */
  readonly path: string
  readonly stamp: string
}

interface CachedLevel {
  readonly level: Level
  readonly stamps: readonly FolderStamp[]
}

/**
 * The most recently listed levels, sorted, so that the next page requires no reading. The caller compares the stamps.
 */
export class LevelCache {
  readonly #levels = new Map<string, CachedLevel>()
  #names = 0

  get(id: string): CachedLevel | undefined {
    return this.#levels.get(id)
  }

  set(id: string, level: CachedLevel): void {
    this.#drop(id)
    this.#levels.set(id, level)
    this.#names += namesOf(level)
    for (const oldest of this.#levels.keys()) {
      if (oldest === id || (this.#levels.size <= MAX_LEVELS && this.#names <= MAX_NAMES)) break
      this.#drop(oldest)
    }
  }

  /** Invalidates levels read from this folder. */
  forget(folder: readonly string[]): void {
    if (this.#levels.size === 0) return
    const path = folder.join('/')
    for (const [id, { stamps }] of this.#levels) {
      if (stamps.some(stamp => stamp.path === path)) this.#drop(id)
    }
  }

  /** Invalidates levels read from this folder, and from folders in it. */
  forgetBelow(folder: readonly string[]): void {
    const path = folder.join('/')
    for (const [id, { stamps }] of this.#levels) {
      if (stamps.some(stamp => stamp.path === path || stamp.path.startsWith(`${path}/`))) this.#drop(id)
    }
  }

  #drop(id: string): void {
    const level = this.#levels.get(id)
    if (level === undefined) return
    this.#levels.delete(id)
    this.#names -= namesOf(level)
  }
}

function namesOf({ level }: CachedLevel): number {
  return level.children.size
}

/** One page of a level, from where it begins. */
export function pageOfLevel({ level }: CachedLevel, prefix: Key, options: ListOptions): ListPage {
  const limit = pageLimit(options)
  const children: Child[] = []
  let hasMore = false
  for (const { name, isValue, isBranch } of level.children.entries(options.after, options.reverse)) {
    hasMore = children.length === limit
    if (hasMore) break
    children.push({ name, key: prefix.childOfCleanSegment(name), isValue, isBranch })
  }
  const last = children.at(-1)
  const page = {
    children,
    total: level.children.size,
    ...(hasMore && last !== undefined && { cursor: last.name }),
    ...(level.hidden !== undefined && { hidden: level.hidden }),
  }
  shareLevel(page, level.children)
  return page
}
