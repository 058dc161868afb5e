import type { Disk } from '../disk/disk.ts'
import { SYNC_FOLDER, systemCode } from '../disk/disk.ts'
import { Obstacle } from '../failures.ts'
import type { Folder, FolderGuard } from '../guard/folder-guard.ts'
import { joinPath } from '../guard/folder-guard.ts'

/** So many folders are remembered; past that all are forgotten, and flushed once more. */
const REMEMBERED = 100_000

/** A folder whose name is on its way to the device. */
interface Settling {
  readonly names: readonly string[]
  /** Tells this flush from others of the same folder. */
  readonly token: symbol
}

/** Which folders have their own names on the device, up to the root: what is put in one of them flushes that one alone. */
export class SettledFolders {
  readonly #settled = new Set<string>()
  readonly #settling = new Map<string, symbol>()

  /** The folders on the way to `names` whose names have yet to be flushed. */
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

  /** The names of these folders are flushed, unless one was made anew meanwhile. */
  end(settling: readonly Settling[]): void {
    for (const { names, token } of settling) {
      const path = names.join('/')
      if (this.#settling.get(path) !== token) continue
      this.#settling.delete(path)
      if (this.#settled.size >= REMEMBERED) this.#settled.clear()
      this.#settled.add(path)
    }
  }

  /** A folder was made just now. */
  forget(names: readonly string[]): void {
    const path = names.join('/')
    this.#settled.delete(path)
    this.#settling.delete(path)
  }
}

/** Sees to it that the names in folders survive a power cut. */
export interface FolderFlush {
  /** Of the names in a folder, of the folder itself, and of those above it, up to the root. */
  settle(names: readonly string[]): Promise<void>
}

/**
 * Flushes folders to the device, so that the names in them survive a power cut. Calls for one folder that come while
 * it is being flushed share the next flush: many puts at once cost one.
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

  /** `undefined` for a folder that is gone, or where something else stands by now: it has nothing left to lose. */
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
  // A failed flush belongs to those who asked for it.
}

/** Puts off the flushes of folders, so that each folder is flushed once for many changes. */
export class FolderGroup implements FolderFlush {
  readonly #folders: FolderFlush
  #due: Map<string, readonly string[]>

  /** @param due Folders that have to be flushed already. */
  constructor(folders: FolderFlush, due: readonly (readonly string[])[]) {
    this.#folders = folders
    this.#due = new Map(due.map(names => [names.join('/'), names]))
  }

  /** What has yet to be flushed. */
  get due(): readonly (readonly string[])[] {
    return [...this.#due.values()]
  }

  async settle(names: readonly string[]): Promise<void> {
    this.#due.set(names.join('/'), names)
  }

  /** Flushes what was put off. What fails is due again. */
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
