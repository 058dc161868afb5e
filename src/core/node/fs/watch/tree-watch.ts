import { setImmediate } from 'node:timers/promises'
import type { Change } from '../../../datastore.ts'
import type { Key } from '../../../key.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { burst } from './burst.ts'
import { FolderLook } from './folder-look.ts'
import { Hints } from './hints.ts'
import { KnownFolders } from './known-folder.ts'
import { KnownTree } from './known-tree.ts'
import type { OwnChanges, OwnListener, OwnPlace } from './own-changes.ts'
import { SystemHints } from './system-hints.ts'

interface Removal {
  readonly key: Key
  readonly place: OwnPlace
}

/**
 * Watches the folders of a store. What the system tells is taken for a hint only: each name that it mentions is looked
 * at, and told of when it is another version than was known. So renames over a value, folders that come with values in
 * them, or go, and events that were lost or came twice make no difference.
 */
export class TreeWatch implements OwnListener {
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
