import { forEachBounded } from '../../concurrency/for-each-bounded.ts'
import { type Disk, SYNC_FILE, SYNC_FOLDER, systemCode } from './disk.ts'
import { Obstacle } from './failures.ts'
import { type Folder, type FolderGuard, joinPath } from './folder-guard.ts'
import type { Place } from './layout.ts'

/** The maximum number of folders remembered as being on the device. With more, all are forgotten, and flushed again. */
const MAX_SETTLED = 100_000

/** A folder whose name is being flushed to the device. */
interface Settling {
  readonly names: readonly string[]
  /** Identifies this flush among others of the same folder. */
  readonly token: symbol
}

/**
 * Tracks which folders have their own names on the device, up to the root. A put into one of them flushes only that
 * one.
 */
export class SettledFolders {
  readonly #settled = new Set<string>()
  readonly #settling = new Map<string, symbol>()

  /** The folders on the way to `names` whose names must still be flushed. */
  begin(names: readonly string[]): readonly Settling[] {
    const unsettled: Settling[] = []
    for (let depth = names.length; depth > 0; depth--) {
      const folder = names.slice(0, depth)
      const path = folder.join('/')
      if (this.#settled.has(path)) break
      const token = Symbol(path)
      this.#settling.set(path, token)
      unsettled.push({ names: folder, token })
    }
    return unsettled
  }

  /** The names of these folders are flushed, except of those that were created again in the meantime. */
  end(settling: readonly Settling[]): void {
    for (const { names, token } of settling) {
      const path = names.join('/')
      if (this.#settling.get(path) !== token) continue
      this.#settling.delete(path)
      if (this.#settled.size >= MAX_SETTLED) this.#settled.clear()
      this.#settled.add(path)
    }
  }

  /** A folder was just created. */
  forget(names: readonly string[]): void {
    const path = names.join('/')
    this.#settled.delete(path)
    this.#settling.delete(path)
  }

  /** A folder was moved away or here, with those in it. */
  forgetBelow(names: readonly string[]): void {
    const path = names.join('/')
    for (const known of [this.#settled, this.#settling]) {
      for (const one of known.keys()) if (one === path || one.startsWith(`${path}/`)) known.delete(one)
    }
  }
}

/** Makes the names in folders survive a power cut. */
export interface FolderFlush {
  /** Flushes the names in a folder, the name of the folder itself, and those above it, up to the root. */
  settle(names: readonly string[]): Promise<void>
}

/**
 * Flushes folders to the device, so that the names in them survive a power cut. Calls for a folder that is being
 * flushed share its next flush: many concurrent puts cost one.
 */
export class FolderSync implements FolderFlush {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #running = new Map<string, Promise<void>>()
  readonly #waiting = new Map<string, Promise<void>>()
  readonly #settled: SettledFolders

  constructor(disk: Disk, guard: FolderGuard, settled = new SettledFolders()) {
    this.#disk = disk
    this.#guard = guard
    this.#settled = settled
  }

  async settle(names: readonly string[]): Promise<void> {
    const unsettled = this.#settled.begin(names)
    const parents = unsettled.map(folder => folder.names.slice(0, -1))
    const flushed = await Promise.allSettled([names, ...parents].map(folder => this.sync(folder)))
    const failed = flushed.find(one => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    this.#settled.end(unsettled)
  }

  /** Resolves once everything that was done in the folder before the call is on the device. */
  sync(names: readonly string[]): Promise<void> {
    const path = names.join('/')
    const running = this.#running.get(path)
    if (running === undefined) return this.#start(path, names)
    const waiting =
      this.#waiting.get(path) ?? running.then(ignore, ignore).then(() => this.#next(path, names))
    this.#waiting.set(path, waiting)
    return waiting
  }

  #next(path: string, names: readonly string[]): Promise<void> {
    this.#waiting.delete(path)
    return this.#start(path, names)
  }

  #start(path: string, names: readonly string[]): Promise<void> {
    const running = this.#flush(names).finally(() => this.#running.delete(path))
    this.#running.set(path, running)
    return running
  }

  async #flush(names: readonly string[]): Promise<void> {
    // Windows has no such call for folders, and writes their entries through.
    if (process.platform === 'win32') return
    const folder = await this.#enter(names)
    if (folder === undefined) return
    try {
      const fd = await this.#disk.open(joinPath(folder.path, '.'), SYNC_FOLDER)
      try {
        await this.#disk.fsync(fd)
      } finally {
        await this.#disk.close(fd)
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    } finally {
      await this.#guard.leave(folder)
    }
  }

  /** `undefined` for a folder that was removed or replaced: it has nothing left to lose. */
  async #enter(names: readonly string[]): Promise<Folder | undefined> {
    try {
      return await this.#guard.enter(names)
    } catch (error) {
      if (error instanceof Obstacle) return undefined
      throw error
    }
  }
}

function ignore(): void {
  // The callers that requested a flush get its failure.
}

/** Defers the flushes of folders, so that each folder is flushed once for many changes. */
export class FolderGroup implements FolderFlush {
  readonly #folders: FolderFlush
  #due: Map<string, readonly string[]>

  /** @param due Folders that must be flushed already. */
  constructor(folders: FolderFlush, due: readonly (readonly string[])[]) {
    this.#folders = folders
    this.#due = new Map(due.map(names => [names.join('/'), names]))
  }

  /** The folders that must still be flushed. */
  get due(): readonly (readonly string[])[] {
    return [...this.#due.values()]
  }

  async settle(names: readonly string[]): Promise<void> {
    this.#due.set(names.join('/'), names)
  }

  /** Flushes the deferred folders. Those that fail remain deferred. */
  async flush(): Promise<void> {
    const due = this.#due
    this.#due = new Map()
    const flushed = [...due.values()].map(async names => {
      try {
        await this.#folders.settle(names)
      } catch (error) {
        this.#due.set(names.join('/'), names)
        throw error
      }
    })
    const failed = (await Promise.allSettled(flushed)).find(one => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}

/**
 * The maximum number of values, and of folders, that are recorded one by one. With more, `sync` flushes every value of
 * the store.
 */
const MAX_NOTED = 20_000
const AT_ONCE = 8

type PlaceName = Pick<Place, 'folder' | 'name'>
type VisitFolder = (folder: readonly string[], places: readonly PlaceName[]) => Promise<void>

/** Records what was written and not flushed, and flushes it. */
export class SyncLog {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #folders: FolderSync
  #files = new Map<string, PlaceName>()
  #changed = new Map<string, readonly string[]>()
  #isOverflown = false
  #last: Promise<void> = Promise.resolve()

  constructor(disk: Disk, guard: FolderGuard, folders: FolderSync) {
    this.#disk = disk
    this.#guard = guard
    this.#folders = folders
  }

  /** The content of a file, and its name in its folder, must be flushed. */
  noteFile(place: PlaceName): void {
    if (this.#isOverflown) return
    this.noteFolder(place.folder)
    this.#files.set([...place.folder, place.name].join('/'), place)
    if (this.#files.size > MAX_NOTED) this.#overflow()
  }

  /** The names in a folder must be flushed. */
  noteFolder(folder: readonly string[]): void {
    this.#changed.set(folder.join('/'), folder)
    if (this.#changed.size <= MAX_NOTED) return
    this.#overflow()
    this.#changed.clear()
  }

  /**
   * Flushes what was recorded before the call. A call during a running flush starts after it, because what that one
   * took is not on the device yet, and is recorded again if it fails.
   * @param visitAll Visits every folder and the values in it; used when there was too much to record.
   */
  flush(visitAll: (visit: VisitFolder) => Promise<void>): Promise<void> {
    const flushed = this.#last.then(() => this.#flush(visitAll))
    this.#last = flushed.catch(() => undefined)
    return flushed
  }

  async #flush(visitAll: (visit: VisitFolder) => Promise<void>): Promise<void> {
    const [files, changed, isOverflown] = [this.#files, this.#changed, this.#isOverflown]
    this.#files = new Map()
    this.#changed = new Map()
    this.#isOverflown = false
    try {
      const visit: VisitFolder = async (folder, places) => {
        changed.set(folder.join('/'), folder)
        for (const place of places) {
          await this.#flushFile(place)
          changed.set(place.folder.join('/'), place.folder)
        }
      }
      if (isOverflown) await visitAll(visit)
      else await forEachBounded(files.values(), AT_ONCE, place => this.#flushFile(place))
      await Promise.all(ancestorsToo(changed).map(folder => this.#folders.sync(folder)))
    } catch (error) {
      for (const place of files.values()) this.noteFile(place)
      for (const folder of changed.values()) this.noteFolder(folder)
      if (isOverflown) this.#overflow()
      throw error
    }
  }

  #overflow(): void {
    this.#isOverflown = true
    this.#files.clear()
  }

  async #flushFile(place: PlaceName): Promise<void> {
    const fd = await this.#open(place)
    if (fd === undefined) return
    try {
      await this.#disk.fdatasync(fd)
    } finally {
      await this.#disk.close(fd)
    }
  }

  /** `undefined` if the file was deleted or renamed since: its folder is flushed as well. */
  async #open({ folder, name }: PlaceName): Promise<number | undefined> {
    try {
      return await this.#guard.openFile(folder, name, SYNC_FILE)
    } catch (error) {
      if (error instanceof Obstacle) return undefined
      throw error
    }
  }
}

/** A folder may be new itself, so its own name must be flushed as well. */
function ancestorsToo(folders: ReadonlyMap<string, readonly string[]>): (readonly string[])[] {
  const all = new Map<string, readonly string[]>([['', []]])
  for (const folder of folders.values()) {
    for (let depth = 1; depth <= folder.length; depth++) {
      const names = folder.slice(0, depth)
      all.set(names.join('/'), names)
    }
  }
  return [...all.values()]
}
