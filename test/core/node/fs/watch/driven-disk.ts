import { EventEmitter } from 'node:events'
import { type FSWatcher, mkdirSync, rmSync, type Stats } from 'node:fs'
import { Disk, type Soon } from '../../../../../src/core/node/fs/disk.ts'

type Held = 'open' | 'unlink' | 'rename' | 'lstat' | 'readdir'

/**
 * A disk whose folders all look the same, as where numbers of inodes are used again at once, and which tells of changes
 * in them only what a test has it tell. A chosen operation can be held up before or after it is done.
 */
export class DrivenDisk extends Disk {
  readonly #watchers = new Set<DrivenWatcher>()
  readonly #holds: { readonly verb: Held; readonly path: string; readonly hold: Hold }[] = []

  override watch(path: string): FSWatcher {
    const watcher = new DrivenWatcher(path, () => this.#watchers.delete(watcher))
    this.#watchers.add(watcher)
    return watcher
  }

  /** Tells whoever watches the folder that is at `path` now. */
  tell(path: string, name: string, type: 'rename' | 'change' = 'rename'): void {
    for (const watcher of this.#watchers) if (watcher.path === path) watcher.emit('change', type, name)
  }

  /** Puts another, empty folder in the place of one. Whoever watched that or what was below hears no more. */
  replaceFolder(path: string): void {
    rmSync(path, { recursive: true })
    mkdirSync(path)
    for (const watcher of this.#watchers) {
      if (watcher.path === path || watcher.path.startsWith(`${path}/`)) this.#watchers.delete(watcher)
    }
  }

  /** Holds up the next `verb` of a path that ends so. */
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

/** Lets an operation wait until it is let go. */
export class Hold {
  /** Resolves when the operation waits. */
  readonly reached: Promise<void>
  readonly letGo: () => void
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
    this.letGo = go
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
  // Stands in until a promise hands over its resolve.
}

function alike(stats: Stats): Stats {
  return stats.isDirectory() ? Object.assign(stats, { ino: 1, birthtimeMs: 0 }) : stats
}
