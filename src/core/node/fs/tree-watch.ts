import { setImmediate } from 'node:timers/promises'
import { ChangeQueue } from '../../changes/change-queue.ts'
import type { Change } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import { fsFailure } from './failures.ts'
import { FolderLook, KnownFolders, KnownTree } from './known-tree.ts'
import type { Place } from './layout.ts'
import type { OpenFolder } from './open-folder.ts'
import { burst, Hints, SystemHints } from './system-watch.ts'

/** Where the value of a key is. */
export type OwnPlace = Pick<Place, 'folder' | 'name'>

/** A watch, as far as the stores of this process are to tell it something. */
interface OwnListener {
  /** Something was written, or may have been. */
  wrote(place: OwnPlace): void
  /** A value was removed, or may have been, and this watch has not found that out by itself. */
  removed(key: Key, place: OwnPlace): void
}

/**
 * Tells the watches on a folder what the stores of this process do there, without waiting for the system to. A watch
 * that compares what it finds with what it knew cannot know of a value that it never met: one that was removed before it
 * had looked, or that came and went between two looks. So every removal is told.
 */
export class OwnChanges {
  readonly #listeners = new Set<OwnListener>()
  /** By the key: who knows already of a removal that is under way. */
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
   * Removes a value by `work`, which tells whether there was one.
   * @returns What `work` told.
   */
  async remove(key: Key, place: OwnPlace, work: () => Promise<boolean>): Promise<boolean> {
    const text = key.toString()
    const knowing = new Set<OwnListener>()
    this.#removals.set(text, knowing)
    // One that fails may have removed it before.
    let isRemoved = true
    try {
      isRemoved = await work()
      return isRemoved
    } finally {
      if (this.#removals.get(text) === knowing) this.#removals.delete(text)
      if (isRemoved) this.#removed(key, place, knowing)
    }
  }

  /** A watch has found out by itself that a key is gone. */
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
 * Watches the folders of a store. What the system tells is taken for a hint only: each name that it mentions is looked
 * at, and told of when it is another version than was known. So renames over a value, folders that come with values in
 * them, or go, and events that were lost or came twice make no difference.
 */
class TreeWatch implements OwnListener {
  readonly #changes: OwnChanges
  readonly #tell: (change: Change) => void
  readonly #failed: (error: unknown) => void
  readonly #tree: KnownTree
  readonly #folders = new KnownFolders()
  readonly #hints = new Hints(() => this.#run())
  readonly #stopping = new AbortController()
  /** Removals by stores of this process that have yet to be told, by key. */
  readonly #removed = new Map<string, Removal>()
  #unlisten: readonly (() => void)[] = []
  #running: Promise<void> | undefined
  #isAllDue = false

  constructor(
    folder: OpenFolder,
    prefix: Key,
    tell: (change: Change) => void,
    failed: (error: unknown) => void,
  ) {
    this.#changes = folder.shared.changes
    this.#tell = tell
    this.#failed = failed
    const [folders, hints] = [this.#folders, this.#hints]
    const parts = {
      look: new FolderLook(folder),
      folders,
      hints,
      system: new SystemHints(
        folder.files.disk,
        folder.root,
        folders,
        hints,
        () => this.#lookAtAll(),
        failed,
      ),
      tell: (type: 'put' | 'delete', key: Key) => this.#news(type, key),
      signal: this.#stopping.signal,
    }
    this.#tree = new KnownTree(parts, prefix)
  }

  /** Takes in how everything is, and watches from then on. */
  start(): void {
    this.#unlisten = [this.#changes.listen(this), burst.listen(() => this.#lookAtAll())]
    this.#run(() => this.#tree.begin())
  }

  wrote({ folder, name }: OwnPlace): void {
    this.#hints.add(folder, name)
  }

  removed(key: Key, place: OwnPlace): void {
    this.#removed.set(key.toString(), { key, place })
  }

  async stop(): Promise<void> {
    for (const unlisten of this.#unlisten) unlisten()
    this.#stopping.abort()
    await this.#running
    this.#folders.clear()
  }

  #lookAtAll(): void {
    this.#isAllDue = true
    this.#run()
  }

  #run(first?: () => Promise<void>): void {
    if (this.#stopping.signal.aborted) return
    this.#running ??= this.#work(first)
      .catch(this.#failed)
      .finally(() => {
        this.#running = undefined
        if (this.#isDue()) this.#run()
      })
  }

  #isDue(): boolean {
    return !this.#hints.isEmpty || this.#isAllDue
  }

  async #work(first?: () => Promise<void>): Promise<void> {
    await first?.()
    while (!this.#stopping.signal.aborted && this.#isDue()) {
      // What happens in a moment is looked at once.
      await setImmediate()
      if (this.#isAllDue) {
        this.#isAllDue = false
        await this.#tree.renewAll()
      }
      const removals = [...this.#removed.values()]
      for (const hinted of this.#hints.take()) await this.#tree.examine(hinted)
      for (const removal of removals) this.#settle(removal)
    }
  }

  /** A removal is news unless the watch has met the value: it was told then, or is there again. */
  #settle(removal: Removal): void {
    const { key, place } = removal
    if (this.#removed.get(key.toString()) !== removal) return
    this.#removed.delete(key.toString())
    if (!this.#tree.holds(place)) this.#tell({ type: 'delete', key })
  }

  #news(type: Change['type'], key: Key): void {
    if (type === 'delete') {
      this.#removed.delete(key.toString())
      this.#changes.noteKnown(key, this)
    }
    this.#tell({ type, key })
  }
}

/** The watches that are open on a store. */
export class StoreWatches {
  readonly #folder: OpenFolder
  readonly #open = new Map<ChangeQueue, TreeWatch>()

  constructor(folder: OpenFolder) {
    this.#folder = folder
  }

  /** Watches from the first pull on. */
  async *read(prefix: Key, signal: AbortSignal): AsyncIterable<Change> {
    const queue = new ChangeQueue(prefix)
    const tree = new TreeWatch(
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

  /** Ends every watch, and waits until nothing looks at the folder any more. */
  async close(): Promise<void> {
    const open = [...this.#open]
    for (const [queue] of open) queue.end()
    await Promise.all(open.map(([, tree]) => tree.stop()))
  }
}
