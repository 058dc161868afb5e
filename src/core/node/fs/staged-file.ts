import type { Stats } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { type Disk, HOLD_FILE, INLINE_BYTES, systemCode } from './disk.ts'
import { SourceFailure } from './failures.ts'
import type { Place } from './layout.ts'
import { NEAR_TEMP_FOLDER } from './layouts.ts'
import type { StoreFiles } from './open-folder.ts'
import { type TempFile, TempFolder } from './temp-folder.ts'

/** Bytes of one write of a long value. A call can be aborted between two of them. */
const PIECE = 8 * 1024 * 1024
const COPY_CHUNK = 1024 * 1024

/** Appends all of `bytes` to a file. */
export async function writeBytes(
  disk: Disk,
  fd: number,
  bytes: Uint8Array,
  throwIfAborted?: () => void,
): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    throwIfAborted?.()
    offset += await disk.write(fd, bytes.subarray(offset, offset + PIECE))
  }
}

/** Appends the chunks of a stream to a file as they arrive. Small ones are combined. */
export async function writeChunks(disk: Disk, fd: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const gathered = new Uint8Array(INLINE_BYTES)
  let length = 0
  const flush = async (): Promise<void> => {
    await writeBytes(disk, fd, gathered.subarray(0, length))
    length = 0
  }
  for await (const chunk of ownFailures(chunks)) {
    if (length + chunk.length > gathered.length) await flush()
    if (chunk.length > gathered.length) {
      await writeBytes(disk, fd, chunk)
    } else {
      gathered.set(chunk, length)
      length += chunk.length
    }
  }
  await flush()
}

/** Appends the whole of an open file to another. */
async function copyBytes(disk: Disk, from: number, to: number): Promise<void> {
  const chunk = new Uint8Array(COPY_CHUNK)
  for (let position = 0; ; ) {
    const count = await disk.read(from, chunk, position)
    if (count === 0) return
    await writeBytes(disk, to, chunk.subarray(0, count))
    position += count
  }
}

async function* ownFailures<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* source
  } catch (error) {
    throw new SourceFailure(error)
  }
}

const NEW_FILE = 0o666
const MODE_BITS = 0o7777
const PERMISSION_BITS = 0o777
const NOT_ALLOWED: readonly string[] = ['EACCES', 'EPERM', 'EROFS']

/** Creates and fills the temporary files that are moved into place afterwards. */
export class Stager {
  readonly #files: StoreFiles

  constructor(files: StoreFiles) {
    this.#files = files
  }

  /**
   * A temporary file for a value that will be at `place`: filled, and flushed if the store is durable.
   * @param current The value that it will replace: only users who may read that may read the file.
   */
  async stage(
    place: Place,
    current: Stats | undefined,
    fill: (fd: number) => Promise<void>,
  ): Promise<TempFile> {
    const { layout } = this.#files
    const mode = layout.filesAreForeign && current !== undefined ? current.mode & PERMISSION_BITS : NEW_FILE
    return this.#fill(await this.#create(place, mode), fill)
  }

  /** A copy of an open file next to `place`, for a place on another file system. */
  async restage(place: Place, file: Pick<TempFile, 'fd'>): Promise<TempFile> {
    const { mode } = await this.#files.disk.fstat(file.fd)
    const home = await this.#tempFolderNear(place)
    return this.#fill(await home.create(mode & PERMISSION_BITS), fd =>
      copyBytes(this.#files.disk, file.fd, fd),
    )
  }

  /** Gives a file the mode, and if permitted the owner, of the file that it will replace. */
  async inherit({ fd }: TempFile, from: Stats): Promise<void> {
    const { disk } = this.#files
    const own = await disk.fstat(fd)
    let mode = from.mode & MODE_BITS
    if (own.uid !== from.uid || own.gid !== from.gid) {
      try {
        await disk.fchown(fd, from.uid, from.gid)
      } catch (error) {
        if (systemCode(error) !== 'EPERM') throw error
        // A program must not run as a user that it did not belong to.
        mode &= PERMISSION_BITS
      }
    }
    if ((own.mode & MODE_BITS) !== mode) await disk.fchmod(fd, mode)
  }

  /** Removes a staged file that is not needed any more. */
  discard(file: TempFile): Promise<void> {
    return file.home.finish(file, false)
  }

  async #fill(file: TempFile, fill: (fd: number) => Promise<void>): Promise<TempFile> {
    const { disk, clock, durability } = this.#files
    try {
      await fill(file.fd)
      const time = clock.next()
      await disk.futimes(file.fd, time, time)
      if (durability !== 'none') await disk.fdatasync(file.fd)
      return file
    } catch (error) {
      await this.discard(file)
      throw error
    }
  }

  async #create(place: Place, mode: number): Promise<TempFile> {
    try {
      return await this.#files.temps.create(mode)
    } catch (error) {
      // The folder of another user may be closed to us while one below it is open.
      if (this.#files.layout.keepsTempFolder || !NOT_ALLOWED.includes(systemCode(error) ?? '')) throw error
      return (await this.#tempFolderNear(place)).create(mode)
    }
  }

  async #tempFolderNear({ folder }: Place): Promise<TempFolder> {
    const { disk, guard, keyFolders } = this.#files
    await guard.leave(await guard.enter(folder, { make: names => keyFolders.noteMade(names) }))
    return new TempFolder(disk, guard, [...folder, NEAR_TEMP_FOLDER], false)
  }
}

/** Milliseconds between attempts: about a second in all, as long as a virus scanner or indexer takes. */
const PAUSES = [1, 5, 10, 20, 50, 100, 200, 300, 300]
const TRANSIENT_ON_WINDOWS: readonly string[] = ['EPERM', 'EACCES', 'EBUSY']
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** The file that was to be moved does not exist. */
export class FileGone extends Error {
  override name = 'FileGone'
  readonly code = 'ENOENT'
  readonly syscall = 'rename'
}

/**
 * Renames a file. Windows refuses this while another program has the file open, so it is retried.
 * @param platform A value of `process.platform`.
 */
export async function renameFile(
  disk: Disk,
  from: string,
  to: string,
  platform: string = process.platform,
): Promise<void> {
  for (const pause of PAUSES) {
    try {
      await disk.rename(from, to)
      return
    } catch (error) {
      const code = systemCode(error) ?? ''
      if (code !== 'EBUSY' && !(platform === 'win32' && TRANSIENT_ON_WINDOWS.includes(code))) throw error
    }
    await setTimeout(pause)
  }
  await disk.rename(from, to)
}

/**
 * Moves a file to a free name. Fails with `EEXIST` if a file has it and `EISDIR` if a folder does. Of concurrent calls,
 * from this process or others, only one succeeds.
 */
export async function moveToFreeName(disk: Disk, from: string, to: string): Promise<void> {
  try {
    await disk.link(from, to)
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (code !== 'EEXIST' && !NO_LINKS.includes(code)) throw error
    const found = await disk.lstat(to)
    if (found?.isDirectory() === true) throw nameTaken('EISDIR', to)
    if (code === 'EEXIST') throw error
    // File systems without hard links, such as exFAT, leave a moment between check and rename.
    if (found !== undefined) throw nameTaken('EEXIST', to)
    await renameFile(disk, from, to)
    return
  }
  await disk.unlink(from)
}

function nameTaken(code: 'EEXIST' | 'EISDIR', path: string): Error {
  return Object.assign(new Error(`${code}: ${JSON.stringify(path)} is there already`), { code })
}

/** The maximum number of files that wait to be freed. With more, the caller waits. */
const MAX_WAITING = 32

/** Milliseconds. If removing a file takes longer, further files are held open. */
const SLOW = 0.1
/** The number of files that are held open before removing without it is tried again. */
const HELD_IN_A_ROW = 200

/**
 * Removes files without waiting for their blocks to be freed. The thread that removes the last name of a file frees its
 * blocks, which on some disks (ext4 with `discard`) takes longer than the rest of a put. The blocks of a file that is
 * held open are freed when it is closed, which a thread of the pool does. Used only on Linux, while removing is slow.
 */
export class RetiredFiles {
  readonly #disk: Disk
  readonly #waiting = new Set<Promise<void>>()
  #stillHeld = 0

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Runs `work`, which removes the name `path` or gives it to another file. */
  async retire(path: string, work: () => Promise<void>): Promise<void> {
    if (HOLD_FILE === undefined || this.#stillHeld === 0) return this.#tryWithout(work)
    this.#stillHeld--
    const fd = await this.#hold(path, HOLD_FILE)
    try {
      await work()
    } finally {
      if (fd !== undefined) await this.#free(fd)
    }
  }

  /** Resolves once all earlier files are freed. */
  async drain(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  async #tryWithout(work: () => Promise<void>): Promise<void> {
    const start = performance.now()
    const done = work()
    // Only the part on this thread: in the pool, waiting for other work would count too.
    if (performance.now() - start > SLOW) this.#stillHeld = HELD_IN_A_ROW
    await done
  }

  async #hold(path: string, flags: number): Promise<number | undefined> {
    if ((await this.#disk.lstat(path)) === undefined) return undefined
    try {
      return await this.#disk.open(path, flags)
    } catch (error) {
      // The file was removed in between, or there are no descriptors left. Then `work` frees it.
      if (systemCode(error) === undefined) throw error
      return undefined
    }
  }

  async #free(fd: number): Promise<void> {
    const freed = this.#disk.closeInPool(fd).finally(() => this.#waiting.delete(freed))
    this.#waiting.add(freed)
    if (this.#waiting.size > MAX_WAITING) await freed
  }
}
