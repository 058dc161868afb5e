import { forEachBounded } from '../../../concurrency/for-each-bounded.ts'
import type { Disk } from '../disk/disk.ts'
import { SYNC_FILE } from '../disk/open-flags.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { Obstacle } from '../guard/obstacle.ts'
import type { Place } from '../layout.ts'
import type { FolderSync } from './folder-sync.ts'

/** So many places are remembered one by one; past that, `sync` has to go through everything. */
const REMEMBERED = 20_000
const AT_ONCE = 8

type PlaceName = Pick<Place, 'folder' | 'name'>

/** Remembers what was written and not flushed, and flushes it. */
export class SyncLog {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #folders: FolderSync
  #files = new Map<string, PlaceName>()
  #changed = new Map<string, readonly string[]>()
  #isOverflown = false

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
    if (this.#files.size + this.#changed.size <= REMEMBERED) return
    this.#isOverflown = true
    this.#files.clear()
    this.#changed.clear()
  }

  /** The names in a folder have yet to be flushed. */
  noteFolder(folder: readonly string[]): void {
    if (!this.#isOverflown) this.#changed.set(folder.join('/'), folder)
  }

  /**
   * Flushes what was noted before the call.
   * @param visitAll Hands over every value there is; used when there was too much to remember.
   */
  async flush(visitAll: (visit: (place: PlaceName) => Promise<void>) => Promise<void>): Promise<void> {
    const [files, changed, isOverflown] = [this.#files, this.#changed, this.#isOverflown]
    this.#files = new Map()
    this.#changed = new Map()
    this.#isOverflown = false
    try {
      const visit = async (place: PlaceName): Promise<void> => {
        await this.#flushFile(place)
        changed.set(place.folder.join('/'), place.folder)
      }
      await (isOverflown ? visitAll(visit) : forEachBounded(files.values(), AT_ONCE, visit))
      await Promise.all(ancestorsToo(changed).map(folder => this.#folders.sync(folder)))
    } catch (error) {
      for (const place of files.values()) this.noteFile(place)
      for (const folder of changed.values()) this.noteFolder(folder)
      this.#isOverflown ||= isOverflown
      throw error
    }
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
