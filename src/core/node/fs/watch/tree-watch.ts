import { sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Change } from '../../../datastore.ts'
import { Key } from '../../../key.ts'
import { joinPath } from '../guard/survey-folders.ts'
import type { OpenFolder } from '../open/open-folder.ts'
import { etagOf } from '../values/etag.ts'
import { Burst } from './burst.ts'
import { FolderLook, idOf } from './folder-look.ts'
import { Hints } from './hints.ts'
import type { KnownEntry, KnownFolder } from './known-folder.ts'
import { KnownFolders } from './known-folder.ts'
import type { OwnChange } from './own-changes.ts'
import { COVERS_BELOW, watchFolder } from './system-watch.ts'

type Tell = (change: Change) => void

/**
 * Watches the folders of a store. What the system tells is taken for a hint only: each name that it mentions is looked
 * at, and told of when it is another version than was known. So renames over a value, folders that come with values in
 * them, or go, and events that were lost or came twice make no difference.
 */
export class TreeWatch {
  readonly #look: FolderLook
  readonly #root: string
  readonly #prefix: Key
  readonly #tell: Tell
  readonly #failed: (error: unknown) => void
  readonly #folders = new KnownFolders()
  readonly #hints = new Hints()
  #running: Promise<void> | undefined
  #since = 0
  #isAllDue = false
  readonly #burst = new Burst()
  #isReady = false
  #isStopped = false
  readonly #deletedEarly = new Map<string, Key>()

  constructor(folder: OpenFolder, prefix: Key, tell: Tell, failed: (error: unknown) => void) {
    this.#look = new FolderLook(folder)
    this.#root = folder.root
    this.#prefix = prefix
    this.#tell = tell
    this.#failed = failed
  }

  /** Takes in how everything is, and watches from then on. */
  start(): void {
    this.#since = Date.now()
    this.#run(async () => {
      await this.#enter([], Key.root, false)
      this.#isReady = true
    })
  }

  /** The store itself has written to a place. */
  wrote({ type, key, place }: OwnChange): void {
    // What was deleted before it was known to be there would be missed.
    if (!this.#isReady && type === 'delete') this.#deletedEarly.set(key.toString(), key)
    this.#hint(place.folder, place.name)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
    this.#folders.clear()
  }

  /** A name in a folder may stand for something else than before. */
  #hint(folder: readonly string[], name: string): void {
    this.#hints.add(folder, name)
    this.#run()
  }

  #run(first?: () => Promise<void>): void {
    if (this.#isStopped) return
    this.#running ??= this.#work(first)
      .catch(this.#failed)
      .finally(() => {
        this.#running = undefined
        if (!this.#hints.isEmpty || this.#isAllDue) this.#run()
      })
  }

  async #work(first?: () => Promise<void>): Promise<void> {
    await first?.()
    while (!this.#isStopped && (!this.#hints.isEmpty || this.#isAllDue)) {
      // What happens in a moment is looked at once.
      await setImmediate()
      if (this.#isAllDue) await this.#lookAtAll()
      for (const { folder, names } of this.#hints.take()) {
        const known = this.#nearest(folder, names)
        if (known !== undefined) await this.#examine(known.folder, known.names)
      }
      this.#tellDeletedEarly()
    }
  }

  #tellDeletedEarly(): void {
    for (const key of this.#deletedEarly.values()) this.#tell({ type: 'delete', key })
    this.#deletedEarly.clear()
  }

  /** Where a folder is not known, its nearest parent is looked at for it. */
  #nearest(
    names: readonly string[],
    hinted: ReadonlySet<string>,
  ): { readonly folder: KnownFolder; readonly names: ReadonlySet<string> } | undefined {
    for (let depth = names.length; depth >= 0; depth--) {
      const folder = this.#folders.get(names.slice(0, depth))
      const next = names[depth]
      if (folder !== undefined) return { folder, names: next === undefined ? hinted : new Set([next]) }
    }
    return undefined
  }

  async #examine(folder: KnownFolder, names: ReadonlySet<string>): Promise<void> {
    const isThere = await this.#look.within(folder.names, async path => {
      for (const name of names) {
        if (this.#isStopped) return
        const stats = await this.#look.stats(folder.names, path, name)
        const found = stats && (await this.#look.meaning(folder.names, name, stats))
        const known = folder.entries.get(name)
        if (known !== undefined && (found?.kind !== known.kind || found.segment !== known.segment)) {
          this.#lost(folder, name, known)
        }
        if (found === undefined || stats === undefined) continue
        if (found.kind === 'value') this.#seen(folder, name, { ...found, stamp: etagOf(stats) })
        else await this.#branch(folder, name, { ...found, stamp: undefined }, idOf(stats))
      }
    })
    if (!isThere) this.#gone(folder)
  }

  #seen({ entries, prefix }: KnownFolder, name: string, entry: KnownEntry): void {
    const isNews = entries.get(name)?.stamp !== entry.stamp
    entries.set(name, entry)
    if (isNews) this.#news('put', prefix.childOfCleanSegment(entry.segment))
  }

  async #branch(folder: KnownFolder, name: string, entry: KnownEntry, id: string): Promise<void> {
    const names = [...folder.names, name]
    const before = this.#folders.get(names)
    folder.entries.set(name, entry)
    if (before?.id === id) {
      if (before.isSuspect) await this.#renew(before)
      return
    }
    if (before !== undefined) this.#gone(before)
    await this.#enter(names, prefixOf(folder, entry), true)
  }

  /** Watches a folder afresh, and looks at what it may have missed. */
  async #renew(folder: KnownFolder): Promise<void> {
    folder.isSuspect = false
    folder.watcher?.close()
    folder.watcher = this.#watch(folder.names)
    await this.#lookAt(folder)
  }

  #lost(folder: KnownFolder, name: string, known: KnownEntry): void {
    folder.entries.delete(name)
    if (known.kind === 'value') this.#news('delete', folder.prefix.childOfCleanSegment(known.segment))
    else this.#gone(this.#folders.get([...folder.names, name]))
  }

  #news(type: Change['type'], key: Key): void {
    this.#deletedEarly.delete(key.toString())
    this.#tell({ type, key })
  }

  /** Everything that was known below a folder is lost. */
  #gone(folder: KnownFolder | undefined): void {
    if (folder === undefined) return
    for (const [name, known] of [...folder.entries]) this.#lost(folder, name, known)
    this.#folders.drop(folder.names)
  }

  /** Begins to watch a folder and those below. @param isNew What is in it has just come to be. */
  async #enter(names: readonly string[], prefix: Key, isNew: boolean): Promise<void> {
    if (this.#isStopped || !isOnTheWay(prefix, this.#prefix)) return
    // Watched first and read afterwards, so that nothing slips in between.
    const watcher = this.#watch(names)
    const entries = new Map<string, KnownEntry>()
    const branches: (readonly [string, KnownEntry])[] = []
    let id = ''
    const isThere = await this.#look.within(names, async (_path, stats) => {
      id = idOf(stats)
      for (const [name, meaning] of await this.#look.meanings(names)) {
        const entry = { ...meaning, stamp: undefined }
        if (meaning.kind !== 'value') branches.push([name, entry])
        else if (isNew) this.#hints.add(names, name)
        else entries.set(name, entry)
      }
    })
    if (!isThere) {
      watcher?.close()
      return
    }
    const folder = { names, prefix, id, watcher, isSuspect: false, entries }
    this.#folders.set(folder)
    for (const [name, entry] of branches) {
      entries.set(name, entry)
      await this.#enter([...names, name], prefixOf(folder, entry), isNew)
    }
  }

  #watch(names: readonly string[]): KnownFolder['watcher'] {
    if (COVERS_BELOW && names.length > 0) return undefined
    const path = names.reduce(joinPath, this.#root)
    return watchFolder(path, name => this.#told(names, name), this.#failed)
  }

  #told(folder: readonly string[], name: string | undefined): void {
    if (this.#burst.note() || name === undefined) {
      this.#isAllDue = true
      this.#run()
      return
    }
    if (name === folder.at(-1)) this.#suspect(folder)
    const path = COVERS_BELOW ? name.split(sep) : [...folder, name]
    this.#hint(path.slice(0, -1), path.at(-1) ?? '')
  }

  /** The system tells of the end of a watched folder under the folder's own name, as if it were in itself. */
  #suspect(names: readonly string[]): void {
    const folder = this.#folders.get(names)
    if (folder === undefined || COVERS_BELOW) return
    folder.isSuspect = true
    this.#hint(names.slice(0, -1), names.at(-1) ?? '')
  }

  async #lookAtAll(): Promise<void> {
    this.#isAllDue = false
    for (const folder of this.#folders.all()) await this.#lookAt(folder)
  }

  async #lookAt(folder: KnownFolder): Promise<void> {
    for (const name of await this.#look.doubtful(folder, this.#since)) this.#hints.add(folder.names, name)
  }
}

function prefixOf({ prefix }: KnownFolder, { kind, segment }: KnownEntry): Key {
  return kind === 'shelf' ? prefix : prefix.childOfCleanSegment(segment)
}

/** Whether keys at or below `watched` can be on the level of `prefix` or below it. */
function isOnTheWay(prefix: Key, watched: Key): boolean {
  return prefix.equals(watched) || prefix.isAncestorOf(watched) || watched.isAncestorOf(prefix)
}
