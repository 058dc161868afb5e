import type { Stats } from 'node:fs'
import { CHUNK_SIZE, clampRange, concatBytes } from '../../bytes.ts'
import type { Stat } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import type { Call } from '../../open/call.ts'
import { at, type Disk, run, type Soon, type Steps, systemCode } from './disk.ts'
import { fsFailure, Obstacle } from './failures.ts'
import { type FolderGuard, joinPath, type LinkResolver } from './folder-guard.ts'
import type { Layout, Place } from './layout.ts'

/** Fractions of a millisecond in which present-day times are whole numbers: the resolution of `mtimeMs`. */
const STEPS = 4096

/**
 * Names a version of a file by inode, size and times. Every put has a unique modification time (see `VersionClock`), so
 * that successive versions of one size differ even within a tick of the disk's clock and with a reused inode. The
 * change time, which no program can set, distinguishes versions that others wrote.
 */
export function versionOf(stats: Stats): string {
  const parts = [stats.ino, stats.size, stats.mtimeMs * STEPS, stats.ctimeMs * STEPS]
  return parts.map(part => Math.round(part).toString(36)).join('-')
}

/** @param source The beginning of the store's etags. */
export function etagOf(source: string, stats: Stats): string {
  return `${source}-${versionOf(stats)}`
}

export function statOf(source: string, stats: Stats): Stat {
  const { size, mtimeMs, birthtimeMs, atimeMs } = stats
  return { size, mtime: mtimeMs, btime: birthtimeMs, atime: atimeMs, etag: etagOf(source, stats) }
}

/** Issues modification times, in seconds: the current time, but never the same twice. */
export class VersionClock {
  readonly #now: () => number
  #last = 0

  /** @param now A clock in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  next(): number {
    // Node passes times on in whole microseconds. The half avoids rounding at their edges.
    this.#last = Math.max(Math.floor(this.#now() * 1000), this.#last + 1)
    return (this.#last + 0.5) / 1_000_000
  }
}

/** The places of keys, with links resolved if the store follows them. */
export class KeyPlaces {
  readonly #layout: Layout
  readonly #links: LinkResolver | undefined
  readonly #guard: FolderGuard

  constructor(guard: FolderGuard, layout: Layout, links: LinkResolver | undefined) {
    this.#guard = guard
    this.#layout = layout
    this.#links = links
  }

  /** `undefined` for the root and for a key that the layout cannot hold: they are absent. */
  of(key: Key): Soon<Place | undefined> {
    const isHeld = !key.isRoot && this.#layout.problemOf(key) === undefined
    return isHeld && this.#links === undefined
      ? this.#layout.placeOf(key)
      : this.#resolved(key, isHeld, this.#links)
  }

  async #resolved(key: Key, isHeld: boolean, links: LinkResolver | undefined): Promise<Place | undefined> {
    if (!isHeld) {
      // The key is not looked up any further, and if the folder is gone, nothing is known about its keys.
      await this.#guard.checkRoot()
      return undefined
    }
    const place = this.#layout.placeOf(key)
    if (links === undefined) return place
    const names = await links.resolve([...place.folder, place.name])
    return { ...place, folder: names.slice(0, -1), name: names.at(-1) ?? '' }
  }

  /** The same, but for a link itself instead of its target. */
  async ownOf(key: Key): Promise<Place> {
    const place = this.#layout.placeOf(key)
    return this.#links === undefined ? place : { ...place, folder: await this.#links.resolve(place.folder) }
  }

  /** @throws DatastoreError `KEY_INVALID` for the root, and for a key that the layout cannot hold. */
  async toWrite(action: string, key: Key): Promise<Place> {
    const place = await this.of(key)
    if (place !== undefined) return place
    throw failure('KEY_INVALID', action, key, this.#layout.problemOf(key) ?? 'no file can be called so')
  }
}

/** Bytes of one read of a long value. A call can be aborted between two of them. */
const PIECE = 8 * 1024 * 1024

export interface OpenValue {
  readonly fd: number
  readonly stats: Stats
}

/** Opens and examines the files that hold values. What is not a value file is absent or an `Obstacle`. */
export class ValueReader {
  readonly #disk: Disk
  readonly #guard: FolderGuard
  readonly #layout: Layout

  constructor(disk: Disk, guard: FolderGuard, layout: Layout) {
    this.#disk = disk
    this.#guard = guard
    this.#layout = layout
  }

  /** The file of a value, open for reading; `undefined` if there is no value. */
  *open(place: Place): Steps<OpenValue | undefined> {
    // Opening a device can already have effects.
    if (this.#layout.filesAreForeign && (yield* at(this.stat(place))) === undefined) return undefined
    const fd = yield* this.#absentBelowFile(() => this.#guard.openFile(place.folder, place.name))
    if (fd === undefined) return undefined
    try {
      const stats = yield* at(this.#disk.fstat(fd))
      if (this.#isValue(stats, place)) return { fd, stats }
    } catch (error) {
      yield* at(this.#disk.close(fd))
      throw error
    }
    yield* at(this.#disk.close(fd))
    return undefined
  }

  /**
   * The stats of a value; `undefined` if there is none.
   * @param forWriting Fail if the value may not be replaced.
   */
  async stat(place: Place, forWriting = false): Promise<Stats | undefined> {
    const folder = await run(this.#absentBelowFile(() => this.#guard.enter(place.folder)))
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

  /** All bytes of an open file: as many as it had when it was opened, or fewer if it was truncated since. */
  *readWhole({ fd, stats }: OpenValue, throwIfAborted: () => void): Steps<Uint8Array> {
    if (stats.size === 0) return yield* this.#readToEnd(fd, throwIfAborted)
    const bytes = new Uint8Array(stats.size)
    let length = 0
    while (length < bytes.length) {
      throwIfAborted()
      const count = yield* at(this.#disk.read(fd, bytes.subarray(length, length + PIECE), length))
      if (count === 0) return bytes.slice(0, length)
      length += count
    }
    return bytes
  }

  /** Files that the system generates, as in `/proc`, have size 0 although they are not empty. */
  *#readToEnd(fd: number, throwIfAborted: () => void): Steps<Uint8Array> {
    const chunks: Uint8Array[] = []
    for (let length = 0; ; ) {
      throwIfAborted()
      const chunk = new Uint8Array(4096)
      const count = yield* at(this.#disk.read(fd, chunk, length))
      if (count === 0) return concatBytes(chunks)
      chunks.push(chunk.subarray(0, count))
      length += count
    }
  }

  #isValue(stats: Stats, place: Place): boolean {
    if (stats.isFile()) return true
    if (stats.isSymbolicLink()) throw new Obstacle('link', namesOf(place))
    if (!stats.isDirectory()) throw new Obstacle('special', namesOf(place))
    // If names distinguish values from branches, no branch has the name of a value.
    if (this.#layout.distinguishesByName) throw new Obstacle('damage', namesOf(place))
    return false
  }

  /** Nothing can be below a file, or have a name that is too long. */
  *#absentBelowFile<T>(look: () => Soon<T | undefined>): Steps<T | undefined> {
    try {
      return yield* at(look())
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

/**
 * The bytes of an open value, or of the requested range, in chunks. The file is closed at the end, by `return`, and
 * when the call is aborted, even if nothing was read.
 */
export function streamValue(
  disk: Disk,
  key: Key,
  value: OpenValue,
  call: Call,
): AsyncIterableIterator<Uint8Array, undefined> {
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await disk.close(value.fd)
  }
  const chunks = chunksOfFile(disk, key, value, call, close)
  // A generator that was never pulled runs no code on `return`.
  const unlisten = call.cancel?.onAbort(() => void close().catch(ignore))
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next() {
      unlisten?.()
      return chunks.next()
    },
    async return() {
      unlisten?.()
      await chunks.return(undefined)
      await close()
      return { done: true, value: undefined }
    },
  }
}

async function* chunksOfFile(
  disk: Disk,
  key: Key,
  { fd, stats }: OpenValue,
  call: Call,
  close: () => Promise<void>,
): AsyncGenerator<Uint8Array, undefined> {
  try {
    const { start, end } = clampRange(call.options, stats.size)
    for (let position = start; position < end; ) {
      call.throwIfAborted('get', key)
      const chunk = new Uint8Array(Math.min(CHUNK_SIZE, end - position))
      const count = await disk.read(fd, chunk, position)
      if (count === 0) throw failure('IO', 'get', key, 'its file was cut while it was read')
      position += count
      yield chunk.subarray(0, count)
    }
  } catch (error) {
    throw fsFailure('get', key, error)
  } finally {
    await close()
  }
}

function ignore(): void {
  // The stream is no longer read.
}
