import type { Disk } from '../disk/disk.ts'
import type { Folder } from './folder-guard.ts'

/** Folders nobody is in that may stay open at a time. */
const MOST_IDLE = 8

interface Lingering {
  readonly fd: number
  readonly path: string
  users: number
}

/**
 * Open folders, shared by all who are in one at the same time, and left open until the turn of the event loop ends:
 * many small calls run in one turn, often in one folder, and opening and closing it costs each of them as much as
 * writing a small value does.
 */
export class LingeringFolders {
  readonly #disk: Disk
  readonly #byPath = new Map<string, Lingering>()
  readonly #byDescriptor = new Map<number, Lingering>()
  #idle = 0
  #isClosingSoon = false

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** The folder that is open by that path, where it was when it was opened. It has to be left again. */
  join(path: string): Folder | undefined {
    const found = this.#byPath.get(path)
    if (found === undefined) return undefined
    if (found.users === 0) this.#idle--
    found.users++
    return folderOf(found)
  }

  /** Takes in a folder that was just opened, for one who is in it. */
  add(path: string, fd: number): Folder {
    const entry = { fd, path, users: 1 }
    // Of two who opened it at once, the first one's stays open for others.
    if (!this.#byPath.has(path)) this.#byPath.set(path, entry)
    this.#byDescriptor.set(fd, entry)
    return folderOf(entry)
  }

  /** One is in a folder that is elsewhere now: nobody else is let in, and the last one out closes it. */
  forget({ fd }: Folder): void {
    const entry = this.#entryOf(fd)
    if (entry !== undefined && this.#isShared(entry)) this.#byPath.delete(entry.path)
  }

  async leave({ fd }: Folder): Promise<void> {
    const entry = this.#entryOf(fd)
    if (entry === undefined) return
    entry.users--
    if (entry.users > 0) return
    if (!this.#isShared(entry) || this.#idle >= MOST_IDLE) {
      await this.#close([entry])
      return
    }
    this.#idle++
    if (this.#isClosingSoon) return
    this.#isClosingSoon = true
    setImmediate(() => {
      this.#isClosingSoon = false
      // A folder that cannot be closed is of no concern to anybody: nobody is in it.
      this.closeIdle().catch(() => undefined)
    })
  }

  /** Closes the folders that nobody is in. */
  async closeIdle(): Promise<void> {
    if (this.#idle === 0) return
    this.#idle = 0
    await this.#close([...this.#byPath.values()].filter(entry => entry.users === 0))
  }

  async #close(entries: readonly Lingering[]): Promise<void> {
    // None of them may be joined any more, while the first is being closed.
    for (const entry of entries) {
      if (this.#isShared(entry)) this.#byPath.delete(entry.path)
      this.#byDescriptor.delete(entry.fd)
    }
    await Promise.all(entries.map(async ({ fd }) => this.#disk.close(fd)))
  }

  #entryOf(fd: number | undefined): Lingering | undefined {
    return fd === undefined ? undefined : this.#byDescriptor.get(fd)
  }

  #isShared(entry: Lingering): boolean {
    return this.#byPath.get(entry.path) === entry
  }
}

/** Calls go through the open folder itself, so that swapping it for a link changes nothing. */
function folderOf({ fd }: Lingering): Folder {
  return { path: `/proc/self/fd/${fd}`, fd }
}
