import type { Stats } from 'node:fs'
import type { Disk } from '../disk/disk.ts'
import { INLINE_BYTES, systemCode } from '../disk/disk.ts'
import { SourceFailure } from '../failures.ts'
import type { Place } from '../layout.ts'
import { NEAR_TEMP_FOLDER } from '../layout.ts'
import type { StoreFiles } from '../open/open-folder.ts'
import type { TempFile } from '../temp/temp-folder.ts'
import { TempFolder } from '../temp/temp-folder.ts'

/** Bytes of one write of a long value: between two of them a call can be aborted. */
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

/** Appends the chunks of a stream to a file as they come, small ones gathered. */
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

/** Makes the temporary files in which values wait for their place. */
export class Stager {
  readonly #files: StoreFiles

  constructor(files: StoreFiles) {
    this.#files = files
  }

  /**
   * A temporary file for a value that will stand at `place`, filled and, where asked for, flushed.
   * @param current What the value will replace: nobody may read the file who may not read that.
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

  /** A copy of an open file beside `place`, for a place on another file system than that file. */
  async restage(place: Place, file: Pick<TempFile, 'fd'>): Promise<TempFile> {
    const { mode } = await this.#files.disk.fstat(file.fd)
    const home = await this.#nearHome(place)
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
        // A program must not run as somebody it did not belong to.
        mode &= PERMISSION_BITS
      }
    }
    if ((own.mode & MODE_BITS) !== mode) await disk.fchmod(fd, mode)
  }

  /** Removes a staged file that is not wanted any more. */
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
      // Somebody's folder may be closed to us while one below it is open.
      if (this.#files.layout.keepsTempFolder || !NOT_ALLOWED.includes(systemCode(error) ?? '')) throw error
      return (await this.#nearHome(place)).create(mode)
    }
  }

  async #nearHome({ folder }: Place): Promise<TempFolder> {
    const { disk, guard, keeper } = this.#files
    await guard.leave(await guard.enter(folder, { make: names => keeper.noteMade(names) }))
    return new TempFolder(disk, guard, [...folder, NEAR_TEMP_FOLDER], false)
  }
}
