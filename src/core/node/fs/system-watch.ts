import type { FSWatcher } from 'node:fs'
import { sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type Disk, systemCode } from './disk.ts'
import { CannotWatch } from './failures.ts'
import { joinPath } from './folder-guard.ts'
import type { WatchedFolder, WatchedFolders } from './tree-snapshot.ts'

/** With more events than this in one turn, the system's own queue (16,384 on Linux) may have lost some. */
const MAX_PER_TURN = 12_000

/**
 * Detects more events in one turn of the event loop than the queue of the system holds, so that some may be lost. The
 * process has one queue, so the events of all watches count.
 */
class Burst {
  readonly #listeners = new Set<() => void>()
  #inTurn = 0

  /** @returns A function that ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Counts an event. */
  note(): void {
    if (this.#inTurn === 0) {
      void setImmediate().then(() => {
        this.#inTurn = 0
      })
    }
    this.#inTurn++
    if (this.#inTurn === MAX_PER_TURN) for (const listener of this.#listeners) listener()
  }
}

export const burst = new Burst()

/** Names in a folder that may have changed. */
export interface HintedFolder {
  readonly folder: readonly string[]
  readonly names: ReadonlySet<string>
}

/** Names that may have changed, by folder, without duplicates. */
export class Hints {
  readonly #onHint: () => void
  #names = new Map<string, { readonly folder: readonly string[]; readonly names: Set<string> }>()

  /** @param onHint Called for each hint. */
  constructor(onHint: () => void) {
    this.#onHint = onHint
  }

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  /** A name in a folder may have another meaning than before. */
  add(folder: readonly string[], name: string): void {
    const path = folder.join('/')
    const known = this.#names.get(path)
    if (known === undefined) this.#names.set(path, { folder, names: new Set([name]) })
    else known.names.add(name)
    this.#onHint()
  }

  /** Removes and returns all hints, the folders nearest to the root first. */
  take(): readonly HintedFolder[] {
    const all = [...this.#names.values()]
    this.#names = new Map()
    return all.sort((a, b) => a.folder.length - b.folder.length)
  }
}

/**
 * Whether one system watch covers a folder and everything below it. Linux has no such watch; Node imitates it there
 * with one for each file, which misses folders that appear and disappear quickly.
 */
export const COVERS_BELOW = process.platform === 'darwin' || process.platform === 'win32'

/** A system event of a watched folder. */
export interface SystemEvent {
  /** The name that may have changed (a path, if the watch covers what is below); `undefined` for any. */
  readonly name: string | undefined
  /** An entry of this name was created, moved or removed. */
  readonly isRename: boolean
}

/**
 * Watches a folder.
 * @returns `undefined` if the folder no longer exists.
 * @throws CannotWatch
 */
export function watchFolder(
  disk: Disk,
  path: string,
  onEvent: (event: SystemEvent) => void,
  failed: (error: unknown) => void,
): FSWatcher | undefined {
  let watcher: FSWatcher
  try {
    watcher = disk.watch(path, COVERS_BELOW)
  } catch (error) {
    // The path is too long to be watched: changes by this process are reported, those by others are not.
    if (isGone(error) || systemCode(error) === 'ENAMETOOLONG') return undefined
    throw meaningOf(error)
  }
  watcher.on('change', (type, name) => {
    burst.note()
    onEvent({ name: nameOf(name), isRename: type === 'rename' })
  })
  // Windows reports the deletion of a watched folder as a permission error.
  watcher.on('error', error => {
    if (isGone(error) || systemCode(error) === 'EPERM') onEvent({ name: undefined, isRename: true })
    else failed(meaningOf(error))
  })
  return watcher
}

/** The path from the root of the store to what an event is about; `undefined` if anything may have changed. */
export function pathOfEvent(
  folder: readonly string[],
  name: string | undefined,
): readonly string[] | undefined {
  if (name === undefined) return undefined
  return COVERS_BELOW ? name.split(sep) : [...folder, name]
}

/** Some systems do not report the name, although Node's types say so. */
function nameOf(name: string | Buffer | null): string | undefined {
  return name === null ? undefined : String(name)
}

function isGone(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function meaningOf(cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === 'ENOSPC' || code === 'EMFILE') {
    const state =
      'the system watches no more folders (on Linux fs.inotify.max_user_watches and _instances say how many)'
    return new CannotWatch(state, { cause })
  }
  return new CannotWatch(`the system cannot watch its folder (${code ?? 'for no reason given'})`, { cause })
}

/** Watches folders through the system and turns its events into hints. */
export class SystemHints {
  readonly #disk: Disk
  readonly #root: string
  readonly #folders: WatchedFolders
  readonly #hints: Hints
  readonly #examineAll: () => void
  readonly #failed: (error: unknown) => void

  /** @param root The path of the folder that `folders` are in. */
  constructor(
    disk: Disk,
    root: string,
    folders: WatchedFolders,
    hints: Hints,
    examineAll: () => void,
    failed: (error: unknown) => void,
  ) {
    this.#disk = disk
    this.#root = root
    this.#folders = folders
    this.#hints = hints
    this.#examineAll = examineAll
    this.#failed = failed
  }

  /** Lets the system watch the folder that is at this path now. */
  attach(folder: WatchedFolder): void {
    folder.mayBeReplaced = false
    folder.watcher?.close()
    const path = folder.names.reduce(joinPath, this.#root)
    const isCovered = COVERS_BELOW && folder.names.length > 0
    folder.watcher = isCovered
      ? undefined
      : watchFolder(this.#disk, path, event => this.#onEvent(folder.names, event), this.#failed)
  }

  #onEvent(folder: readonly string[], { name, isRename }: SystemEvent): void {
    const path = pathOfEvent(folder, name)
    if (path === undefined) {
      this.#examineAll()
      return
    }
    if (isRename) this.#suspect(path)
    this.#hint(path)
    // The removal of a watched folder is reported under the folder's own name, as if it were in itself.
    if (name === folder.at(-1) && isRename) {
      this.#suspect(folder)
      this.#hint(folder)
    }
  }

  /** A folder that was removed and created again looks the same, but its watch is lost. */
  #suspect(path: readonly string[]): void {
    const folder = COVERS_BELOW ? undefined : this.#folders.get(path)
    if (folder !== undefined) folder.mayBeReplaced = true
  }

  #hint(path: readonly string[]): void {
    this.#hints.add(path.slice(0, -1), path.at(-1) ?? '')
  }
}
