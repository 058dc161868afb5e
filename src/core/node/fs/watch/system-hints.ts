import { sep } from 'node:path'
import type { Disk } from '../disk/disk.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Hints } from './hints.ts'
import type { KnownFolder, KnownFolders } from './known-folder.ts'
import { COVERS_BELOW, type SystemEvent, watchFolder } from './system-watch.ts'

/** Has the system watch folders, and takes what it tells for hints. */
export class SystemHints {
  readonly #disk: Disk
  readonly #root: string
  readonly #folders: KnownFolders
  readonly #hints: Hints
  readonly #lookAtAll: () => void
  readonly #failed: (error: unknown) => void

  /** @param root The path of the folder that `folders` are in. */
  constructor(
    disk: Disk,
    root: string,
    folders: KnownFolders,
    hints: Hints,
    lookAtAll: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#disk = disk
    this.#root = root
    this.#folders = folders
    this.#hints = hints
    this.#lookAtAll = lookAtAll
    this.#failed = failed
  }

  /** Has the system watch what is in the place of a folder now. */
  attach(folder: KnownFolder): void {
    folder.isSuspect = false
    folder.watcher?.close()
    const path = folder.names.reduce(joinPath, this.#root)
    const isCovered = COVERS_BELOW && folder.names.length > 0
    folder.watcher = isCovered
      ? undefined
      : watchFolder(this.#disk, path, event => this.#told(folder.names, event), this.#failed)
  }

  #told(folder: readonly string[], { name, isRename }: SystemEvent): void {
    if (name === undefined) {
      this.#lookAtAll()
      return
    }
    const path = COVERS_BELOW ? name.split(sep) : [...folder, name]
    if (isRename) this.#suspect(path)
    this.#hint(path)
    // The end of a watched folder is told under the folder's own name, as if it were in itself.
    if (name === folder.at(-1) && isRename) {
      this.#suspect(folder)
      this.#hint(folder)
    }
  }

  /** A folder that came or went may be another one, though it looks the same: then the system watches it no more. */
  #suspect(path: readonly string[]): void {
    const folder = COVERS_BELOW ? undefined : this.#folders.get(path)
    if (folder !== undefined) folder.isSuspect = true
  }

  #hint(path: readonly string[]): void {
    this.#hints.add(path.slice(0, -1), path.at(-1) ?? '')
  }
}
