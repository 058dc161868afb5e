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
  /** Entries that were left out, as they are neither files nor folders. */
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
/** Linux names what is in an open folder, whatever its path has become. */
const IS_ANCHORED = process.platform === 'linux'

/**
 * Copies a folder to a place where nothing is, on the calling thread. Links are not followed: neither those in the folder
 * nor one that takes the place of a folder on the way meanwhile, where the system can tell. Files keep their times and modes.
 * @throws the errors of Node's file system; what was copied by then is left
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
        // What the mask of the process took off.
        if ((mode & 0o022) !== 0) fchmodSync(target, mode & 0o777)
        // In seconds: dates would be made of them, and numbers of those.
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
      // A file that is no longer than it was when it was opened ends here.
      if (read === 0 || (at >= size && read < buffer.length)) return
      if (this.#options.isStopped()) throw new Error('The copy was stopped')
    }
  }
}
