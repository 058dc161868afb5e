import { forEachBounded } from '../../../concurrency/for-each-bounded.ts'
import type { Disk } from '../disk/disk.ts'
import { SYNC_FILE } from '../disk/disk.ts'
import { Obstacle } from '../failures.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import type { Place } from '../layout.ts'
import type { FolderSync } from './folder-sync.ts'

/** So many values, and so many folders, are remembered one by one; past that, `sync` has to go through everything. */
const REMEMBERED = 20_000
const AT_ONCE = 8

type PlaceName = Pick<Place, 'folder' | 'name'>
type VisitFolder = (folder: readonly string[], places: readonly PlaceName[]) => Promise<void>

/** Remembers what was written and not flushed, and flushes it. */
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

  /** The content of a file and its name in its folder have yet to be flushed. */
  noteFile(place: PlaceName): void {
    if (this.#isOverflown) return
    this.noteFolder(place.folder)
    this.#files.set([...place.folder, place.name].join('/'), place)
    if (this.#files.size > REMEMBERED) this.#overflow()
  }

  /** The names in a folder have yet to be flushed. */
  noteFolder(folder: readonly string[]): void {
    this.#changed.set(folder.join('/'), folder)
    if (this.#changed.size <= REMEMBERED) return
    this.#overflow()
    this.#changed.clear()
  }

  /**
   * Flushes what was noted before the call. One that comes while another runs begins after it: what that one has taken
   * is not on the device yet, and is noted again should it fail.
   * @param visitAll Hands over every folder and the values in it; used when there was too much to remember.
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

  /** `undefined` when the file was deleted or renamed since: its folder tells about that. */
  async #open({ folder, name }: PlaceName): Promise<number | undefined> {
    try {
      return await this.#guard.openFile(folder, name, SYNC_FILE)
    } catch (error) {
      if (error instanceof Obstacle) return undefined
      throw error
    }
  }
}

/** A folder may be new itself: its own name has to be flushed as well. */
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
