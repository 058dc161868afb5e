import { ChangeQueue } from '../../changes/change-queue.ts'
import type { Change } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { fsFailure } from './failures.ts'
import type { Place } from './layout.ts'
import { LevelWatch } from './level-watch.ts'
import type { OpenFolder } from './open-folder.ts'
import { burst, Hints, SystemHints } from './system-watch.ts'
import { FolderReader, TreeSnapshot, WatchedFolders } from './tree-snapshot.ts'
import { WatchLoop } from './watch-loop.ts'

/** The place of the value of a key. */
export type OwnPlace = Pick<Place, 'folder' | 'name'>

/** A watch that is notified by the stores of this process. */
export interface OwnListener {
  /** Something was written, or may have been. */
  wrote(place: OwnPlace): void
  /** A value was removed, or may have been, and this watch has not detected that itself. */
  removed(key: Key, place: OwnPlace): void
}

/**
 * Notifies the watches of a folder of changes by the stores of this process, without waiting for the system. A watch
 * compares the disk with its record, so it misses a value that it never saw: one removed before its first look, or
 * created and removed between two looks. So every removal is reported.
 */
export class OwnChanges {
  readonly #listeners = new Set<OwnListener>()
  /** By key: the watches that have detected a removal in progress themselves. */
  readonly #removals = new Map<string, Set<OwnListener>>()

  /** @returns A function that ends it. */
  listen(listener: OwnListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  put(place: OwnPlace): void {
    for (const listener of this.#listeners) listener.wrote(place)
  }

  /**
   * Removes a value by `work`, which returns whether there was one.
   * @returns The result of `work`.
   */
  async remove(key: Key, place: OwnPlace, work: () => Promise<boolean>): Promise<boolean> {
    const text = key.toString()
    const knowing = new Set<OwnListener>()
    this.#removals.set(text, knowing)
    // A removal that fails may have taken effect.
    let isRemoved = true
    try {
      isRemoved = await work()
      return isRemoved
    } finally {
      if (this.#removals.get(text) === knowing) this.#removals.delete(text)
      if (isRemoved) this.#removed(key, place, knowing)
    }
  }

  /** A watch has detected by itself that a key is gone. */
  noteKnown(key: Key, listener: OwnListener): void {
    this.#removals.get(key.toString())?.add(listener)
  }

  #removed(key: Key, place: OwnPlace, knowing: ReadonlySet<OwnListener>): void {
    for (const listener of this.#listeners) {
      listener.wrote(place)
      if (!knowing.has(listener)) listener.removed(key, place)
    }
  }
}

interface Removal {
  readonly key: Key
  readonly place: OwnPlace
}

/**
 * Watches the folders of a store. Events of the system are only hints: each name in them is looked up, and reported if
 * its version is not the recorded one. So renames over a value, folders with values that are moved in or out, and lost
 * or repeated events make no difference.
 */
class TreeWatch implements OwnListener {
  readonly #changes: OwnChanges
  readonly #report: (change: Change) => void
  readonly #failed: (error: unknown) => void
  readonly #tree: TreeSnapshot
  readonly #folders = new WatchedFolders()
  readonly #hints = new Hints(() => this.#loop.run())
  readonly #loop = new WatchLoop({
    isDue: () => !this.#hints.isEmpty || this.#isAllDue,
    examine: () => this.#examineDue(),
    failed: error => this.#failed(error),
  })
  /** Removals by stores of this process that must still be reported, by key. */
  readonly #removed = new Map<string, Removal>()
  #unlisten: readonly (() => void)[] = []
  #isAllDue = false

  constructor(
    folder: OpenFolder,
    prefix: Key,
    report: (change: Change) => void,
    failed: (error: unknown) => void,
  ) {
    this.#changes = folder.shared.changes
    this.#report = report
    this.#failed = failed
    const [folders, hints] = [this.#folders, this.#hints]
    const parts = {
      reader: new FolderReader(folder),
      folders,
      hints,
      system: new SystemHints(
        folder.files.disk,
        folder.root,
        folders,
        hints,
        () => this.#examineAll(),
        failed,
      ),
      report: (type: 'put' | 'delete', key: Key) => this.#changed(type, key),
      signal: this.#loop.stopping,
    }
    this.#tree = new TreeSnapshot(parts, prefix)
  }

  /** Records the present state and watches from then on. */
  start(): void {
    this.#unlisten = [this.#changes.listen(this), burst.listen(() => this.#examineAll())]
    this.#loop.run(() => this.#tree.begin())
  }

  wrote({ folder, name }: OwnPlace): void {
    this.#hints.add(folder, name)
  }

  removed(key: Key, place: OwnPlace): void {
    this.#removed.set(key.toString(), { key, place })
  }

  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten()
    await this.#loop.stop()
    this.#folders.clear()
  }

  #examineAll(): void {
    this.#isAllDue = true
    this.#loop.run()
  }

  async #examineDue(): Promise<void> {
    if (this.#isAllDue) {
      this.#isAllDue = false
      await this.#tree.renewAll()
    }
    const removals = [...this.#removed.values()]
    for (const hinted of this.#hints.take()) await this.#tree.examine(hinted)
    for (const removal of removals) this.#settle(removal)
  }

  /** Reports a removal, unless the watch saw the value: then it was reported, or the value is back. */
  #settle(removal: Removal): void {
    const { key, place } = removal
    if (this.#removed.get(key.toString()) !== removal) return
    this.#removed.delete(key.toString())
    if (!this.#tree.holds(place)) this.#report({ type: 'delete', key })
  }

  #changed(type: Change['type'], key: Key): void {
    if (type === 'delete') {
      this.#removed.delete(key.toString())
      this.#changes.noteKnown(key, this)
    }
    this.#report({ type, key })
  }
}

/** The watches that are open on a store. */
export class StoreWatches {
  readonly #folder: OpenFolder
  readonly #open = new Map<ChangeQueue, TreeWatch | LevelWatch>()

  constructor(folder: OpenFolder) {
    this.#folder = folder
  }

  /** Watches from the first pull on. @param isRecursive Whether what is deeper than one level is watched, too. */
  async *read(prefix: Key, isRecursive: boolean, signal: AbortSignal): AsyncIterable<Change> {
    const queue = new ChangeQueue(prefix)
    const Watch = isRecursive ? TreeWatch : LevelWatch
    const tree = new Watch(
      this.#folder,
      prefix,
      change => queue.push(change),
      error => queue.end({ error: fsFailure('watch', prefix, error) }),
    )
    this.#open.set(queue, tree)
    try {
      tree.start()
      yield* queue.read(signal)
    } finally {
      await tree.stop()
      this.#open.delete(queue)
    }
  }

  /** Ends every watch, and waits until nothing reads the folder any more. */
  async close(): Promise<void> {
    const open = [...this.#open]
    for (const [queue] of open) queue.end()
    await Promise.all(open.map(([, tree]) => tree.stop()))
  }
}
