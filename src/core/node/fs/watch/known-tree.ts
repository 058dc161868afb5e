import { Key } from '../../../key.ts'
import { versionOf } from '../values/value-reader.ts'
import type { FolderLook, KnownEntry, KnownFolder, KnownFolders } from './known-folder.ts'
import { idOf } from './known-folder.ts'
import type { HintedFolder, Hints, SystemHints } from './system-watch.ts'
import type { OwnPlace } from './tree-watch.ts'

/** What a `KnownTree` works with. */
interface TreeParts {
  readonly look: FolderLook
  readonly folders: KnownFolders
  readonly hints: Hints
  readonly system: SystemHints
  /** Told of each key that has another version than was known, or none any more. */
  readonly tell: (type: 'put' | 'delete', key: Key) => void
  /** Nothing further is to be looked at. */
  readonly signal: AbortSignal
}

/** What is known of the folders of a watch. Looks at what is there, and tells how it differs. */
export class KnownTree {
  readonly #parts: TreeParts
  readonly #watched: Key
  /** What was left alone since then is as it was when it was first seen. */
  readonly #since = Date.now()

  /** @param watched What is above it, at it and below it is taken in. */
  constructor(parts: TreeParts, watched: Key) {
    this.#parts = parts
    this.#watched = watched
  }

  /** Takes in how everything is. */
  async begin(): Promise<void> {
    await this.#enter([], Key.root, false)
  }

  /** Whether a value is known to be there. */
  holds({ folder, name }: OwnPlace): boolean {
    return this.#parts.folders.get(folder)?.entries.get(name)?.kind === 'value'
  }

  /** Looks at names in a folder; where that is not known, the nearest one above is looked at for it. */
  async examine({ folder: path, names }: HintedFolder): Promise<void> {
    const folder = this.#parts.folders.nearest(path)
    if (folder === undefined) return
    const next = path[folder.names.length]
    await this.#examine(folder, next === undefined ? names : new Set([next]))
  }

  /** Has everything watched afresh and looked at: the system may have told what nobody heard. */
  async renewAll(): Promise<void> {
    const root = this.#parts.folders.get([])
    if (root !== undefined) await this.#renew(root)
  }

  async #examine(folder: KnownFolder, names: ReadonlySet<string>): Promise<void> {
    const { look, hints, signal } = this.#parts
    const isThere = await look.within(folder.names, async path => {
      for (const name of look.withExplained(names)) {
        if (signal.aborted) return
        const stats = await look.stats(folder.names, path, name)
        const found = stats && (await look.meaning(folder.names, name, stats))
        const known = folder.entries.get(name)
        if (known !== undefined && (found?.kind !== known.kind || found.segment !== known.segment)) {
          this.#lost(folder, name, known)
        }
        if (found === undefined || stats === undefined) continue
        if (found.kind === 'value') this.#seen(folder, name, { ...found, stamp: versionOf(stats) })
        else await this.#branch(folder, name, { ...found, stamp: undefined }, idOf(stats))
      }
    })
    if (isThere) return
    this.#gone(folder)
    // Another may have come in its place already.
    hints.add(folder.names.slice(0, -1), folder.names.at(-1) ?? '')
  }

  #seen({ entries, prefix }: KnownFolder, name: string, entry: KnownEntry): void {
    const isNews = entries.get(name)?.stamp !== entry.stamp
    entries.set(name, entry)
    if (isNews) this.#parts.tell('put', prefix.childOfCleanSegment(entry.segment))
  }

  async #branch(folder: KnownFolder, name: string, entry: KnownEntry, id: string): Promise<void> {
    const names = [...folder.names, name]
    const before = this.#parts.folders.get(names)
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
    const { look, folders, hints, system } = this.#parts
    system.attach(folder)
    // Where this is another folder, so are those below.
    for (const name of folder.entries.keys()) {
      const below = folders.get([...folder.names, name])
      if (below !== undefined) below.isSuspect = true
    }
    for (const name of await look.doubtful(folder, this.#since)) hints.add(folder.names, name)
  }

  #lost(folder: KnownFolder, name: string, known: KnownEntry): void {
    folder.entries.delete(name)
    if (known.kind === 'value') this.#parts.tell('delete', folder.prefix.childOfCleanSegment(known.segment))
    else this.#gone(this.#parts.folders.get([...folder.names, name]))
  }

  /** Everything that was known below a folder is lost. */
  #gone(folder: KnownFolder | undefined): void {
    if (folder === undefined) return
    for (const [name, known] of [...folder.entries]) this.#lost(folder, name, known)
    this.#parts.folders.drop(folder)
  }

  /** Begins to watch a folder and those below. @param isNew What is in it has just come to be. */
  async #enter(names: readonly string[], prefix: Key, isNew: boolean): Promise<void> {
    const { look, folders, hints, system, signal } = this.#parts
    if (signal.aborted || !isOnTheWay(prefix, this.#watched)) return
    // Known first, watched then and read at last, so that nothing slips in between.
    const folder = folders.add(names, prefix)
    system.attach(folder)
    const branches: (readonly [string, KnownEntry])[] = []
    const isThere = await look.within(names, async (_path, stats) => {
      folder.id = idOf(stats)
      for (const [name, meaning] of await look.meanings(names)) {
        const entry = { ...meaning, stamp: undefined }
        if (meaning.kind !== 'value') branches.push([name, entry])
        else if (isNew) hints.add(names, name)
        else folder.entries.set(name, entry)
      }
    })
    if (!isThere) {
      this.#gone(folder)
      return
    }
    for (const [name, entry] of branches) {
      folder.entries.set(name, entry)
      await this.#enter([...names, name], prefixOf(folder, entry), isNew)
    }
  }
}

function prefixOf({ prefix }: KnownFolder, { kind, segment }: KnownEntry): Key {
  return kind === 'shelf' ? prefix : prefix.childOfCleanSegment(segment)
}

/** Whether keys at or below `watched` can be on the level of `prefix` or below it. */
function isOnTheWay(prefix: Key, watched: Key): boolean {
  return prefix.equals(watched) || prefix.isAncestorOf(watched) || watched.isAncestorOf(prefix)
}
