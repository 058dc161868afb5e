import type { Stats } from 'node:fs'
import { concatBytes } from '../../../bytes.ts'
import type { Disk } from '../disk/disk.ts'
import { systemCode } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { Obstacle } from '../guard/obstacle.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { Layout, Place } from '../layout.ts'

/** Bytes of one read of a long value: between two of them a call can be aborted. */
const PIECE = 8 * 1024 * 1024

export interface OpenValue {
  readonly fd: number
  readonly stats: Stats
}

/** Opens and looks at the files that hold values. What is no value file is absent or an `Obstacle`. */
export class ValueReader {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #layout: Layout

  constructor(disk: Disk, guard: FolderGuard, layout: Layout) {
    this.#disk = disk
    this.#guard = guard
    this.#layout = layout
  }

  /** The file of a value, open for reading; `undefined` where there is no value. */
  async open(place: Place): Promise<OpenValue | undefined> {
    // Opening a device can do something already.
    if (this.#layout.filesAreForeign && (await this.stat(place)) === undefined) return undefined
    const fd = await this.#absentBelowFile(() => this.#guard.openFile(place.folder, place.name))
    if (fd === undefined) return undefined
    try {
      const stats = await this.#disk.fstat(fd)
      if (this.#isValue(stats, place)) return { fd, stats }
    } catch (error) {
      await this.#disk.close(fd)
      throw error
    }
    await this.#disk.close(fd)
    return undefined
  }

  /**
   * What is known of a value; `undefined` where there is none.
   * @param forWriting Fail when the value may not be replaced.
   */
  async stat(place: Place, forWriting = false): Promise<Stats | undefined> {
    const folder = await this.#absentBelowFile(() => this.#guard.enter(place.folder))
    if (folder === undefined) return undefined
    try {
      const path = joinPath(folder.path, place.name)
      const stats = await this.#disk.lstat(path)
      if (stats === undefined) return undefined
      if (this.#isValue(stats, place)) {
        if (forWriting && this.#layout.filesAreForeign) await this.#disk.assertWritable(path)
        return stats
      }
      if (forWriting) throw new Obstacle('folder', namesOf(place))
      return undefined
    } finally {
      await this.#guard.leave(folder)
    }
  }

  /** All bytes of an open file: as many as it had when it was opened, or fewer when it was cut since. */
  async readWhole({ fd, stats }: OpenValue, throwIfAborted: () => void): Promise<Uint8Array> {
    if (stats.size === 0) return this.#readToEnd(fd, throwIfAborted)
    const bytes = new Uint8Array(stats.size)
    let length = 0
    while (length < bytes.length) {
      throwIfAborted()
      const count = await this.#disk.read(fd, bytes.subarray(length, length + PIECE), length)
      if (count === 0) return bytes.slice(0, length)
      length += count
    }
    return bytes
  }

  /** Files that the system makes up, as in `/proc`, say that they are empty and are not. */
  async #readToEnd(fd: number, throwIfAborted: () => void): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    for (let length = 0; ; ) {
      throwIfAborted()
      const chunk = new Uint8Array(4096)
      const count = await this.#disk.read(fd, chunk, length)
      if (count === 0) return concatBytes(chunks)
      chunks.push(chunk.subarray(0, count))
      length += count
    }
  }

  #isValue(stats: Stats, place: Place): boolean {
    if (stats.isFile()) return true
    if (stats.isSymbolicLink()) throw new Obstacle('link', namesOf(place))
    if (!stats.isDirectory()) throw new Obstacle('special', namesOf(place))
    // Where names tell values from branches, no branch has the name of a value.
    if (this.#layout.tellsByName) throw new Obstacle('damage', namesOf(place))
    return false
  }

  /** Nothing can be below a file, or have a name that is too long. */
  async #absentBelowFile<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await look()
    } catch (error) {
      if (error instanceof Obstacle && error.kind === 'file') return undefined
      if (systemCode(error) === 'ENAMETOOLONG') return undefined
      throw error
    }
  }
}

function namesOf({ folder, name }: Place): readonly string[] {
  return [...folder, name]
}
