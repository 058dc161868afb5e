import { setTimeout } from 'node:timers/promises'
import type { Disk } from '../disk/disk.ts'
import { HOLD_FILE, systemCode } from '../disk/disk.ts'

/** Milliseconds between tries: about a second in all, as long as a virus scanner or indexer takes. */
const PAUSES = [1, 5, 10, 20, 50, 100, 200, 300, 300]
const TRANSIENT_ON_WINDOWS: readonly string[] = ['EPERM', 'EACCES', 'EBUSY']
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** What was to be moved is not there. */
export class FileGone extends Error {
  override name = 'FileGone'
  readonly code = 'ENOENT'
  readonly syscall = 'rename'
}

/**
 * Renames a file. Windows refuses while somebody else has it open for a moment, so it is tried again there.
 * @param platform As `process.platform` names it.
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
 * Moves a file to a name that is free; fails with `EEXIST` when a file has it and `EISDIR` when a folder does. Whoever comes at the same time, from this
 * process or another, only one gets the name.
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
    // File systems without hard links, such as exFAT, leave a moment between look and rename.
    if (found !== undefined) throw nameTaken('EEXIST', to)
    await renameFile(disk, from, to)
    return
  }
  await disk.unlink(from)
}

function nameTaken(code: 'EEXIST' | 'EISDIR', path: string): Error {
  return Object.assign(new Error(`${code}: ${JSON.stringify(path)} is there already`), { code })
}

/** Files that may wait to be freed; past that, whoever retires one waits for it. */
const MOST_WAITING = 32

/** Milliseconds that taking a file away may take before others are held open. */
const SLOW = 0.1
/** Files that are held before it is tried again without. */
const HELD_IN_A_ROW = 200

/**
 * Takes files away without waiting for their bytes to be freed. A file that loses its last name is freed by whoever takes
 * it, which on some disks (ext4 with `discard`) takes longer than everything else in a put. Held open, it is freed by
 * whoever closes it last, and that is a thread of the pool. Only where it pays, and on Linux alone.
 */
export class RetiredFiles {
  readonly #disk: Disk
  readonly #waiting = new Set<Promise<void>>()
  #stillHeld = 0

  constructor(disk: Disk) {
    this.#disk = disk
  }

  /** Does `work`, which takes away the name `path` or gives it to another file. */
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

  /** Resolves once everything retired before is freed. */
  async drain(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  async #tryWithout(work: () => Promise<void>): Promise<void> {
    const start = performance.now()
    const done = work()
    // Only what ran on this thread: in the pool it would be the wait for others that counts.
    if (performance.now() - start > SLOW) this.#stillHeld = HELD_IN_A_ROW
    await done
  }

  async #hold(path: string, flags: number): Promise<number | undefined> {
    if ((await this.#disk.lstat(path)) === undefined) return undefined
    try {
      return await this.#disk.open(path, flags)
    } catch (error) {
      // It went in between, or there are no descriptors left: then it is freed by whoever takes it.
      if (systemCode(error) === undefined) throw error
      return undefined
    }
  }

  async #free(fd: number): Promise<void> {
    const freed = this.#disk.closeInPool(fd).finally(() => this.#waiting.delete(freed))
    this.#waiting.add(freed)
    if (this.#waiting.size > MOST_WAITING) await freed
  }
}
