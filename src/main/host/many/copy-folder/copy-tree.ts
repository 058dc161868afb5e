import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  opendirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** What was copied so far. */
export interface Copied {
  readonly keys: number
  readonly bytes: number
  /** Entries that were left out, because they are neither files nor folders. */
  readonly left: number
}

interface CopyOptions {
  readonly isStopped: () => boolean
  readonly progress: (copied: Copied) => void
}

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL } = constants
const flags: Readonly<Record<string, number | undefined>> = constants
const O_NOFOLLOW = flags['O_NOFOLLOW'] ?? 0
const O_NONBLOCK = flags['O_NONBLOCK'] ?? 0
const O_DIRECTORY = flags['O_DIRECTORY'] ?? 0
/** Linux has paths relative to an open folder (`/proc/self/fd`), which stay valid if the folder is moved. */
const IS_ANCHORED = process.platform === 'linux'

/**
 * Copies a folder to a path that does not exist, on the calling thread. Links are not followed: neither those in the
 * folder, nor, on Linux, one that replaces a folder during the copy. Files keep their times and modes.
 * @throws The errors of Node's file system. What was copied by then is left.
 */
export function copyTree(from: string, to: string, options: CopyOptions): Copied {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
  const copy = new TreeCopy(options)
  copy.folder(from, to, undefined)
  return copy.copied
}

class TreeCopy {
  readonly #options: CopyOptions
  readonly #buffer = Buffer.allocUnsafe(256 * 1024)
  #keys = 0
  #bytes = 0
  #left = 0

  constructor(options: CopyOptions) {
    this.#options = options
  }

  get copied(): Copied {
    return { keys: this.#keys, bytes: this.#bytes, left: this.#left }
  }

  folder(from: string, to: string, mode: number | undefined): void {
    const fd = openSync(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      const source = IS_ANCHORED ? `/proc/self/fd/${fd}` : from
      mkdirSync(to, mode === undefined ? {} : { mode })
      const entries = opendirSync(source, { bufferSize: 512 })
      try {
        for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
          if (this.#options.isStopped()) throw new Error('The copy was stopped')
          const [old, next] = [`${source}/${entry.name}`, join(to, entry.name)]
          if (entry.isDirectory()) this.folder(old, next, undefined)
          else if (entry.isFile()) this.#file(old, next)
          else this.#left++
        }
      } finally {
        entries.closeSync()
      }
    } finally {
      closeSync(fd)
    }
  }

  #file(from: string, to: string): void {
    const source = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const { mode, atimeMs, mtimeMs, size } = fstatSync(source)
      const target = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode & 0o777)
      try {
        this.#content(source, target, size)
        // Restores the permissions that the umask of the process removed.
        if ((mode & 0o022) !== 0) fchmodSync(target, mode & 0o777)
        // Numbers in seconds, because `Date` objects would be converted to them anyway.
        futimesSync(target, atimeMs / 1000, mtimeMs / 1000)
      } finally {
        closeSync(target)
      }
    } finally {
      closeSync(source)
    }
    this.#keys++
    this.#options.progress(this.copied)
  }

  #content(source: number, target: number, size: number): void {
    const buffer = this.#buffer
    for (let at = 0; ; ) {
      const read = readSync(source, buffer, 0, buffer.length, at)
      for (let done = 0; done < read; ) done += writeSync(target, buffer, done, read - done)
      at += read
      this.#bytes += read
      // A short read at the expected size is the end of the file, which saves another read. If the file grew, continue.
      if (read === 0 || (at >= size && read < buffer.length)) return
      if (this.#options.isStopped()) throw new Error('The copy was stopped')
    }
  }
}
