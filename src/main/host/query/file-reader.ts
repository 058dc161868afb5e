import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs'

/** The maximum number of bytes of a value that is searched. */
export const MAX_VALUE_BYTES = 64 * 1024 * 1024

/** The properties of a value without its bytes. */
export interface EntryStat {
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtime?: number | undefined
}

/** A value that is too large to be searched. */
export class TooLarge extends Error {
  override name = 'TooLarge'
}

/** Why a value of this many bytes was not searched. */
export function tooLarge(size: number): string {
  const mebibytes = Math.round(size / 1024 / 1024)
  return `It was not searched: it has ${mebibytes} MiB, more than the limit of ${MAX_VALUE_BYTES / 1024 / 1024} MiB`
}

/** Follows no link, and does not block on a pipe or device. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Reads files into one shared buffer. The bytes of a file are valid until the next file is opened. */
export class FileReader {
  #buffer = Buffer.allocUnsafeSlow(256 * 1024)
  readonly #descriptors = process.platform === 'linux'

  open(path: string): OpenFile {
    const fd = openSync(path, FLAGS)
    return new OpenFile(fd, size => this.#room(size), this.#descriptors)
  }

  #room(size: number): Buffer {
    return size <= this.#buffer.length ? this.#buffer : Buffer.allocUnsafeSlow(size)
  }
}

/** A file that is open for reading. */
class OpenFile {
  readonly #fd: number
  readonly #room: (size: number) => Buffer
  readonly #hasPaths: boolean
  #stat: EntryStat | undefined

  constructor(fd: number, room: (size: number) => Buffer, hasPaths: boolean) {
    this.#fd = fd
    this.#room = room
    this.#hasPaths = hasPaths
  }

  /** @throws Error if it is not a regular file. */
  get stat(): EntryStat {
    if (this.#stat === undefined) {
      const stats = fstatSync(this.#fd)
      if (!stats.isFile()) throw new Error('It is not a regular file')
      this.#stat = { size: stats.size, mtime: stats.mtimeMs }
    }
    return this.#stat
  }

  /** @throws TooLarge */
  read(): Uint8Array {
    const small = this.#room(0)
    // A file that is shorter than the buffer is complete after one read.
    const first = readSync(this.#fd, small, 0, small.length, null)
    if (first < small.length) return small.subarray(0, first)
    const { size } = this.stat
    if (size > MAX_VALUE_BYTES) throw new TooLarge(tooLarge(size))
    const room = this.#room(size + 1)
    if (room !== small) small.copy(room)
    let length = first
    while (length < room.length) {
      const count = readSync(this.#fd, room, length, room.length - length, null)
      if (count === 0) break
      length += count
    }
    return room.subarray(0, length)
  }

  /** Whether the open file is the one at `path`, and no folder on the path is a link. */
  isAt(path: string): boolean {
    return (this.#hasPaths ? readlinkSync(`/proc/self/fd/${this.#fd}`) : realpathSync.native(path)) === path
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Whether an error says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
