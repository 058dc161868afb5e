import type { Stats } from 'node:fs'
import type { Stat } from '../../../datastore.ts'

/** Steps of a millisecond that a time of today holds as a whole number: all that `mtimeMs` can tell apart. */
const STEPS = 4096

/**
 * Names a version of a file by inode, size and times. Every put has a modification time of its own (see `VersionClock`),
 * so that versions of one size that follow each other within a tick of the disk's clock differ even when the inode is
 * used again. The change time, which no program can set, tells apart what others wrote.
 */
export function etagOf(stats: Stats): string {
  const parts = [stats.ino, stats.size, stats.mtimeMs * STEPS, stats.ctimeMs * STEPS]
  return parts.map(part => Math.round(part).toString(36)).join('-')
}

export function statOf(stats: Stats): Stat {
  const { size, mtimeMs, birthtimeMs, atimeMs } = stats
  return { size, mtime: mtimeMs, btime: birthtimeMs, atime: atimeMs, etag: etagOf(stats) }
}

/** Gives modification times, in seconds: now, but never one twice. */
export class VersionClock {
  readonly #now: () => number
  #last = 0

  /** @param now A clock in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  next(): number {
    // Node hands times on in whole microseconds; the half keeps rounding away from their edges.
    this.#last = Math.max(Math.floor(this.#now() * 1000), this.#last + 1)
    return (this.#last + 0.5) / 1_000_000
  }
}
