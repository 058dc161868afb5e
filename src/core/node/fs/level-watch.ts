import type { FSWatcher } from 'node:fs'
import type { Change } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { joinPath } from './folder-guard.ts'
import type { Meaning } from './layout.ts'
import type { OpenFolder } from './open-folder.ts'
import { burst, COVERS_BELOW, Hints, pathOfEvent, type SystemEvent, watchFolder } from './system-watch.ts'
import { FolderReader } from './tree-snapshot.ts'
import type { OwnListener, OwnPlace } from './tree-watch.ts'
import { WatchLoop } from './watch-loop.ts'

/**
 * Watches the values and the branches of one level. It keeps no record of the entries, so it costs the same for a
 * level of ten entries and of ten million: every event is looked up and reported, also where the version is the same.
 */
export class LevelWatch implements OwnListener {
  readonly #folder: OpenFolder
  readonly #prefix: Key
  readonly #report: (change: Change) => void
  readonly #failed: (error: unknown) => void
  readonly #reader: FolderReader
  /** The folder of the level; `undefined` where the layout has no such level. */
  readonly #names: readonly string[] | undefined
  /** By path: the folder of the level, those above it, and its shelves. */
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #hints = new Hints(() => this.#loop.run())
  readonly #loop = new WatchLoop({
    isDue: () => this.#isMoved || !this.#hints.isEmpty,
    examine: () => this.#examineDue(),
    failed: error => this.#failed(error),
  })
  /** The folder of the level, or one above it, may be another than the one that is watched. */
  #isMoved = false
  #unlisten: readonly (() => void)[] = []

  constructor(
    folder: OpenFolder,
    prefix: Key,
    report: (change: Change) => void,
    failed: (error: unknown) => void,
  ) {
    this.#folder = folder
    this.#prefix = prefix
    this.#report = report
    this.#failed = failed
    this.#reader = new FolderReader(folder)
    const { layout } = folder.files
    this.#names = layout.problemOf(prefix) === undefined ? layout.folderOf(prefix) : undefined
  }

  start(): void {
    const { changes } = this.#folder.shared
    this.#unlisten = [changes.listen(this), burst.listen(() => this.#move())]
    try {
      this.#attach()
    } catch (error) {
      this.#failed(error)
      return
    }
    if (this.#hasShelves) this.#loop.run(() => this.#attachShelves())
  }

  wrote({ folder, name }: OwnPlace): void {
    if (this.#isOfLevel(folder)) this.#hints.add(folder, name)
  }

  removed(key: Key, { folder }: OwnPlace): void {
    if (this.#isOfLevel(folder)) this.#report({ type: 'delete', key })
  }

  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten()
    await this.#loop.stop()
    this.#detach()
  }

  get #hasShelves(): boolean {
    return this.#names !== undefined && this.#folder.files.layout.hasShelves
  }

  #isOfLevel(folder: readonly string[]): boolean {
    const names = this.#names
    if (names === undefined || names.some((name, index) => folder[index] !== name)) return false
    return folder.length === names.length || (this.#hasShelves && folder.length === names.length + 1)
  }

  #detach(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Watches the folder of the level, and those above it for when it comes or goes. */
  #attach(): void {
    const names = this.#names ?? []
    const depths = COVERS_BELOW ? 1 : names.length + 1
    for (let depth = 0; depth < depths; depth++) {
      if (!this.#watch(names.slice(0, depth))) return
    }
  }

  async #attachShelves(): Promise<void> {
    const names = this.#names ?? []
    if (COVERS_BELOW) return
    await this.#reader.within(names, async () => {
      for (const [name, { kind }] of await this.#reader.meanings(names)) {
        if (kind === 'shelf' && !this.#loop.stopping.aborted) this.#watch([...names, name])
      }
    })
  }

  /** @returns Whether there is such a folder. */
  #watch(names: readonly string[]): boolean {
    const { files, root } = this.#folder
    const watcher = watchFolder(
      files.disk,
      names.reduce(joinPath, root),
      event => this.#onEvent(names, event),
      this.#failed,
    )
    const path = names.join('/')
    this.#watchers.get(path)?.close()
    if (watcher === undefined) this.#watchers.delete(path)
    else this.#watchers.set(path, watcher)
    return watcher !== undefined
  }

  #onEvent(folder: readonly string[], event: SystemEvent): void {
    const path = pathOfEvent(folder, event.name)
    if (path === undefined) {
      this.#move()
      return
    }
    // The removal of a watched folder is reported under the folder's own name, as if it were in itself.
    const isOwnRemoval = event.isRename && path.at(-1) === folder.at(-1)
    if (isOwnRemoval || (event.isRename && this.#isAbove(path))) this.#move()
    const inFolder = path.slice(0, -1)
    if (this.#isOfLevel(inFolder)) this.#hints.add(inFolder, path.at(-1) ?? '')
  }

  /** Whether this is the path of the level's folder or of one above it. */
  #isAbove(path: readonly string[]): boolean {
    const names = this.#names ?? []
    return path.length <= names.length && path.every((name, index) => name === names[index])
  }

  #move(): void {
    this.#isMoved = true
    this.#loop.run()
  }

  async #examineDue(): Promise<void> {
    if (this.#isMoved) await this.#follow()
    for (const { folder, names } of this.#hints.take()) await this.#examine(folder, names)
  }

  async #follow(): Promise<void> {
    this.#isMoved = false
    await this.#folder.files.guard.checkRoot()
    this.#detach()
    this.#attach()
    if (this.#hasShelves) await this.#attachShelves()
    this.#report({ type: 'resync', key: this.#prefix })
  }

  async #examine(folder: readonly string[], names: ReadonlySet<string>): Promise<void> {
    const reader = this.#reader
    const isThere = await reader.within(folder, async path => {
      for (const name of reader.withExplained(names)) {
        if (this.#loop.stopping.aborted) return
        const stats = await reader.stats(folder, path, name)
        const found = stats && (await reader.meaning(folder, name, stats))
        if (found === undefined) await this.#reportGone(folder, name)
        else this.#reportFound(folder, name, found)
      }
    })
    if (!isThere) this.#move()
  }

  #reportFound(folder: readonly string[], name: string, { kind, segment }: Meaning): void {
    if (kind === 'shelf') {
      if (!COVERS_BELOW) this.#watch([...folder, name])
      this.#report({ type: 'resync', key: this.#prefix })
    } else {
      const key = this.#prefix.childOfCleanSegment(segment)
      this.#report({ type: kind === 'value' ? 'put' : 'resync', key })
    }
  }

  /** A deleted entry may have been a value or a branch. */
  async #reportGone(folder: readonly string[], name: string): Promise<void> {
    const reader = this.#reader
    const [value, branch] = await Promise.all([
      reader.meaning(folder, name, { isFile: () => true, isDirectory: () => false }),
      reader.meaning(folder, name, { isFile: () => false, isDirectory: () => true }),
    ])
    const keyOf = ({ segment }: Meaning): Key => this.#prefix.childOfCleanSegment(segment)
    if (branch?.kind === 'branch') this.#report({ type: 'resync', key: keyOf(branch) })
    else if (value?.kind === 'value') this.#report({ type: 'delete', key: keyOf(value) })
    // A deleted label no longer shows which names it explained.
    const isLabel = (this.#folder.files.layout.explainedBy?.(name) ?? []).length > 0
    if (branch?.kind === 'shelf' || isLabel) this.#report({ type: 'resync', key: this.#prefix })
  }
}
