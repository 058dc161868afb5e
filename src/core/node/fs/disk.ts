import fs, { type BigIntStats, constants, type Dirent, type FSWatcher, type Stats } from 'node:fs'
import { promisify } from 'node:util'
import { fileId, hasHeldFiles, keepOpen, takeOpen } from '../locked-files.ts'

const known: Readonly<Record<string, number | undefined>> = constants

// Windows lacks some of these flags. A missing flag is 0.
const O_NOFOLLOW = known['O_NOFOLLOW'] ?? 0
const O_NONBLOCK = known['O_NONBLOCK'] ?? 0
const O_DIRECTORY = known['O_DIRECTORY'] ?? 0

/** For reading. Links are not followed, and a pipe without a writer does not block the call. */
export const OPEN_FILE = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK

/** For flushing a file, which Windows allows only with write access. */
export const SYNC_FILE = process.platform === 'win32' ? constants.O_RDWR : OPEN_FILE

// Linux's O_PATH, which Node does not export: opens without permission to read, to be used as a path.
const O_PATH = process.platform === 'linux' ? 0o10000000 : 0

/** For a folder that is opened only to reach what is in it. */
export const OPEN_FOLDER = constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_PATH

/** For holding a file open, so that its blocks are not freed; `undefined` if the system has no such flag. */
export const HOLD_FILE = O_PATH === 0 ? undefined : O_PATH | O_NOFOLLOW

/** For flushing a folder. */
export const SYNC_FOLDER = constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW

/** For a file that must not exist yet. */
export const CREATE_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | O_NOFOLLOW

/** Reads and writes up to this many bytes may run on this thread. */
export const INLINE_BYTES = 64 * 1024

const pool = {
  open: promisify(fs.open),
  read: promisify(fs.read),
  write: promisify(fs.write),
  readdir: promisify(fs.readdir),
  lstat: promisify(fs.lstat),
  fstat: promisify(fs.fstat),
  close: promisify(fs.close),
  mkdir: promisify(fs.mkdir),
  rmdir: promisify(fs.rmdir),
  unlink: promisify(fs.unlink),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  readlink: promisify(fs.readlink),
  futimes: promisify(fs.futimes),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  fsync: promisify(fs.fsync),
  fdatasync: promisify(fs.fdatasync),
  access: promisify(fs.access),
  realpath: promisify(fs.realpath.native),
}

/** Descriptors for reading files. Others, such as those of folders, are closed without checking for locks. */
const reading = new Set<number>()

/** Entries of a long folder that are read at once. */
const ENTRIES_AT_ONCE = 1000

/** A value, or a promise of it. */
export type Soon<T> = T | Promise<T>

/**
 * The file operations of a store. A small operation runs on this thread if the budget allows; others run in the thread
 * pool. Failures are Node's. A test can replace an operation to inject failures.
 */
export class Disk {
  readonly #budget: InlineBudget

  constructor(budget = new InlineBudget()) {
    this.#budget = budget
  }

  /** A disk that never blocks the calling thread: every operation runs in the thread pool. */
  static pooled(): Disk {
    return new Disk(new InlineBudget(undefined, 0))
  }

  open(path: string, flags: number, mode?: number): Soon<number> {
    if (flags !== OPEN_FILE) return this.#open(path, flags, mode)
    return run(this.#openToRead(path))
  }

  /** Closes a descriptor, unless that would drop the locks of a database that this process has open. */
  close(fd: number): Soon<void> {
    if (!reading.delete(fd) || !hasHeldFiles()) return this.#close(fd)
    return run(this.#closeReader(fd))
  }

  *#openToRead(path: string): Steps<number> {
    const kept = hasHeldFiles() ? takeOpen(yield* at(this.#idAt(path))) : undefined
    const fd = kept ?? (yield* at(this.#open(path, OPEN_FILE)))
    reading.add(fd)
    return fd
  }

  *#closeReader(fd: number): Steps<void> {
    const id = yield* at(this.#idOf(fd))
    if (!keepOpen(id, fd)) yield* at(this.#close(fd))
  }

  #idAt(path: string): Soon<string | undefined> {
    const idOf = (stats: BigIntStats | undefined) => stats && fileId(stats)
    return this.#do(
      'lstat',
      () => idOf(fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })),
      () => pool.lstat(path, { bigint: true }).then(idOf, undefinedIfAbsent),
    )
  }

  #idOf(fd: number): Soon<string | undefined> {
    return this.#do(
      'fstat',
      () => fileId(fs.fstatSync(fd, { bigint: true })),
      () => pool.fstat(fd, { bigint: true }).then(fileId),
    )
  }

  #open(path: string, flags: number, mode?: number): Soon<number> {
    return this.#do(
      (flags & fs.constants.O_CREAT) === 0 ? 'open' : 'create',
      () => fs.openSync(path, flags, mode),
      () => pool.open(path, flags, mode),
    )
  }

  #close(fd: number): Soon<void> {
    return this.#do(
      'close',
      () => fs.closeSync(fd),
      () => pool.close(fd),
    )
  }

  /**
   * Fills `target`, or less at the end of the file.
   * @returns The number of bytes read.
   */
  read(fd: number, target: Uint8Array, position: number): Soon<number> {
    if (target.length <= INLINE_BYTES && this.#budget.allows('read')) {
      return this.#budget.run('read', () => fs.readSync(fd, target, 0, target.length, position))
    }
    return pool.read(fd, target, 0, target.length, position).then(({ bytesRead }) => bytesRead)
  }

  /**
   * Appends part of `source`.
   * @returns The number of bytes written.
   */
  async write(fd: number, source: Uint8Array): Promise<number> {
    if (source.length <= INLINE_BYTES && this.#budget.allows('write')) {
      return this.#budget.run('write', () => fs.writeSync(fd, source, 0, source.length))
    }
    return (await pool.write(fd, source, 0, source.length, null)).bytesWritten
  }

  fstat(fd: number): Soon<Stats> {
    return this.#do(
      'fstat',
      () => fs.fstatSync(fd),
      () => pool.fstat(fd),
    )
  }

  /** `undefined` if nothing has that name. */
  lstat(path: string): Soon<Stats | undefined> {
    return this.#do(
      'lstat',
      () => fs.lstatSync(path, { throwIfNoEntry: false }),
      () => pool.lstat(path).catch(undefinedIfAbsent),
    )
  }

  /**
   * The entries of a folder. A long folder is read in parts, as they are requested.
   * @param isSmall Whether the folder is known to be short enough to be read on this thread.
   */
  readdir(path: string, isSmall: boolean): Soon<Iterable<Dirent> | AsyncIterable<Dirent>> {
    if (!isSmall) return fs.promises.opendir(path, { bufferSize: ENTRIES_AT_ONCE })
    return this.#do(
      'readdir',
      () => fs.readdirSync(path, { withFileTypes: true }),
      () => pool.readdir(path, { withFileTypes: true }),
    )
  }

  mkdir(path: string): Soon<void> {
    return this.#do(
      'mkdir',
      () => fs.mkdirSync(path),
      () => pool.mkdir(path),
    )
  }

  rmdir(path: string): Soon<void> {
    return this.#do(
      'rmdir',
      () => fs.rmdirSync(path),
      () => pool.rmdir(path),
    )
  }

  unlink(path: string): Soon<void> {
    return this.#do(
      'unlink',
      () => fs.unlinkSync(path),
      () => pool.unlink(path),
    )
  }

  rename(from: string, to: string): Soon<void> {
    return this.#do(
      'rename',
      () => fs.renameSync(from, to),
      () => pool.rename(from, to),
    )
  }

  link(from: string, to: string): Soon<void> {
    return this.#do(
      'link',
      () => fs.linkSync(from, to),
      () => pool.link(from, to),
    )
  }

  /** Fails unless this process may write to the file. */
  assertWritable(path: string): Soon<void> {
    return this.#do(
      'assertWritable',
      () => fs.accessSync(path, fs.constants.W_OK),
      () => pool.access(path, fs.constants.W_OK),
    )
  }

  readlink(path: string): Soon<string> {
    return this.#do(
      'readlink',
      () => fs.readlinkSync(path),
      () => pool.readlink(path),
    )
  }

  futimes(fd: number, atime: number, mtime: number): Soon<void> {
    return this.#do(
      'futimes',
      () => fs.futimesSync(fd, atime, mtime),
      () => pool.futimes(fd, atime, mtime),
    )
  }

  fchmod(fd: number, mode: number): Soon<void> {
    return this.#do(
      'fchmod',
      () => fs.fchmodSync(fd, mode),
      () => pool.fchmod(fd, mode),
    )
  }

  fchown(fd: number, uid: number, gid: number): Soon<void> {
    return this.#do(
      'fchown',
      () => fs.fchownSync(fd, uid, gid),
      () => pool.fchown(fd, uid, gid),
    )
  }

  // These wait for the device or walk a path, so they never run on this thread.

  closeInPool(fd: number): Promise<void> {
    return pool.close(fd)
  }

  fsync(fd: number): Promise<void> {
    return pool.fsync(fd)
  }

  fdatasync(fd: number): Promise<void> {
    return pool.fdatasync(fd)
  }

  realpath(path: string): Promise<string> {
    return pool.realpath(path)
  }

  /** Watches a folder for changes, and with `recursive` everything below it. */
  watch(path: string, recursive: boolean): FSWatcher {
    return fs.watch(path, { recursive })
  }

  #do<T>(kind: string, inline: () => T, pooled: () => Promise<T>): Soon<T> {
    return this.#budget.allows(kind) ? this.#budget.run(kind, inline) : pooled()
  }
}

export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function undefinedIfAbsent(error: unknown): undefined {
  if (systemCode(error) !== 'ENOENT') throw error
}

/** Work of several steps as a generator: `const fd = yield* at(disk.open(path, flags))`. `run` runs it. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** The result of one step. */
export function* at<T>(answer: Soon<T>): Steps<T> {
  return answer instanceof Promise ? ((yield answer) as T) : answer
}

/** Runs the steps: synchronously until a step returns a promise, asynchronously from there on. */
export function run<T>(steps: Steps<T>): Soon<T> {
  const step = steps.next()
  return step.done === true ? step.value : runAsync(steps, step.value)
}

async function runAsync<T>(steps: Steps<T>, pending: Promise<unknown>): Promise<T> {
  let step: IteratorResult<Promise<unknown>, T> = { done: false, value: pending }
  while (step.done !== true) {
    const [outcome]: [PromiseSettledResult<unknown>] = await Promise.allSettled([step.value])
    step = outcome.status === 'rejected' ? steps.throw(outcome.reason) : steps.next(outcome.value)
  }
  return step.value
}

/** Milliseconds of file operations in one turn of the event loop, over all stores of this thread. */
const PER_TURN = 4
/** Milliseconds. A kind of operation that takes longer on average runs in the thread pool. */
const SLOW_CALL = 0.2
/** Milliseconds for which a slow kind of operation runs in the thread pool. */
const REST = 50

interface Speed {
  /** Moving average of the duration in milliseconds. */
  mean: number
  restsUntil: number
}

let spentThisTurn = 0

/**
 * Decides whether a small file operation may run on this thread, which saves a trip through the thread pool of fifty
 * microseconds or more. It may if the turn has time left and operations of its kind were fast recently.
 */
export class InlineBudget {
  readonly #now: () => number
  readonly #perTurn: number
  readonly #speeds = new Map<string, Speed>()

  /**
   * @param now A clock in milliseconds.
   * @param perTurn Milliseconds in one turn. With 0, every operation runs in the thread pool.
   */
  constructor(now: () => number = () => performance.now(), perTurn = PER_TURN) {
    this.#now = now
    this.#perTurn = perTurn
  }

  allows(kind: string): boolean {
    if (spentThisTurn >= this.#perTurn) return false
    const pace = this.#speeds.get(kind)
    if (pace === undefined || pace.restsUntil === 0) return true
    if (this.#now() < pace.restsUntil) return false
    // The disk may be fast again, so measure one or two operations.
    pace.restsUntil = 0
    pace.mean = SLOW_CALL / 2
    return true
  }

  /** Runs `work` and accounts for its time. */
  run<T>(kind: string, work: () => T): T {
    const start = this.#now()
    try {
      return work()
    } finally {
      this.#charge(kind, start, this.#now())
    }
  }

  #charge(kind: string, start: number, end: number): void {
    if (spentThisTurn === 0) {
      setImmediate(() => {
        spentThisTurn = 0
      })
    }
    // If the clock is too coarse to measure the operation, the budget of a turn must still end.
    spentThisTurn += Math.max(end - start, 0.001)
    let pace = this.#speeds.get(kind)
    if (pace === undefined) this.#speeds.set(kind, (pace = { mean: 0, restsUntil: 0 }))
    pace.mean += (end - start - pace.mean) / 8
    if (pace.mean > SLOW_CALL) pace.restsUntil = end + REST
  }
}
