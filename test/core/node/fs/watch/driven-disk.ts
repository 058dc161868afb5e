import { EventEmitter } from 'node:events'
import { type FSWatcher, mkdirSync, rmSync, type Stats } from 'node:fs'
import { Disk, type Soon } from '../../../../../src/core/node/fs/disk.ts'

type Held = 'open' | 'unlink' | 'rename' | 'lstat' | 'readdir'

/**
 * A disk whose folders all have equal stats, as if inode numbers were reused at once, and which reports only the
 * changes that a test emits. A chosen operation can be held before or after it is done.
 */
export class DrivenDisk extends Disk {
  readonly #watchers = new Set<DrivenWatcher>()
  readonly #holds: { readonly verb: Held; readonly path: string; readonly hold: Hold }[] = []

  override watch(path: string): FSWatcher {
    const watcher = new DrivenWatcher(path, () => this.#watchers.delete(watcher))
    this.#watchers.add(watcher)
    return watcher
  }

  /** Reports a change to the watchers of the folder that is now at `path`. */
  tell(path: string, name: string, type: 'rename' | 'change' = 'rename'): void {
    for (const watcher of this.#watchers) if (watcher.path === path) watcher.emit('change', type, name)
  }

  /** Replaces a folder by an empty one. Watchers of the old one or of folders below receive nothing more. */
  replaceFolder(path: string): void {
    rmSync(path, { recursive: true })
    mkdirSync(path)
    for (const watcher of this.#watchers) {
      if (watcher.path === path || watcher.path.startsWith(`${path}/`)) this.#watchers.delete(watcher)
    }
  }

  /** Holds the next `verb` of a path with this ending. */
  hold(verb: Held, path: string, hold: Hold): void {
    this.#holds.push({ verb, path, hold })
  }

  override open(path: string, flags: number, mode?: number): Soon<number> {
    return this.#held('open', path, () => super.open(path, flags, mode))
  }

  override unlink(path: string): Soon<void> {
    return this.#held('unlink', path, () => super.unlink(path))
  }

  override rename(from: string, to: string): Soon<void> {
    return this.#held('rename', from, () => super.rename(from, to))
  }

  override readdir(path: string, isSmall: boolean): ReturnType<Disk['readdir']> {
    return this.#held('readdir', path, () => super.readdir(path, isSmall))
  }

  override async lstat(path: string): Promise<Stats | undefined> {
    const stats = await this.#held('lstat', path, () => super.lstat(path))
    return stats && alike(stats)
  }

  override async fstat(fd: number): Promise<Stats> {
    return alike(await super.fstat(fd))
  }

  #held<T>(verb: Held, path: string, work: () => Soon<T>): Soon<T> {
    const index = this.#holds.findIndex(held => held.verb === verb && path.endsWith(held.path))
    const [held] = index < 0 ? [] : this.#holds.splice(index, 1)
    return held === undefined ? work() : held.hold.around(work)
  }
}

/** Makes an operation wait until it is released. */
export class Hold {
  /** Resolves when the operation waits. */
  readonly reached: Promise<void>
  readonly release: () => void
  readonly #reach: () => void
  readonly #going: Promise<void>
  readonly #isDoneBefore: boolean

  /** @param when Whether the operation waits before it is done, or is done and its caller waits. */
  constructor(when: 'before' | 'after') {
    this.#isDoneBefore = when === 'after'
    let [reach, go] = [nothing, nothing]
    this.reached = new Promise(resolve => {
      reach = resolve
    })
    this.#going = new Promise(resolve => {
      go = resolve
    })
    this.#reach = reach
    this.release = go
  }

  async around<T>(work: () => Soon<T>): Promise<T> {
    const done = this.#isDoneBefore ? await work() : undefined
    this.#reach()
    await this.#going
    return this.#isDoneBefore ? (done as T) : work()
  }
}

class DrivenWatcher extends EventEmitter implements FSWatcher {
  readonly path: string
  readonly #closed: () => void

  constructor(path: string, closed: () => void) {
    super()
    this.path = path
    this.#closed = closed
  }

  close(): void {
    this.#closed()
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

function nothing(): void {
  // Placeholder until the executor of the promise assigns its resolve function.
}

function alike(stats: Stats): Stats {
  return stats.isDirectory() ? Object.assign(stats, { ino: 1, birthtimeMs: 0 }) : stats
}
