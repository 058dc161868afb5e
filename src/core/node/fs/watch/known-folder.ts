import type { FSWatcher } from 'node:fs'
import type { Key } from '../../../key.ts'
import type { Meaning } from '../layout.ts'

/** What is known of one entry of a watched folder. */
export interface KnownEntry extends Meaning {
  /** The version that was seen last; `undefined` when it was never looked at. */
  stamp: string | undefined
}

/** A folder that is watched, and what was in it when it was looked at last. */
export interface KnownFolder {
  readonly names: readonly string[]
  /** The key whose level it holds. */
  readonly prefix: Key
  /** Tells it from another folder that takes its place, as far as the system does. Empty until it was looked at. */
  id: string
  watcher: FSWatcher | undefined
  /** The system may watch another folder, that was in its place before. */
  isSuspect: boolean
  readonly entries: Map<string, KnownEntry>
}

/** The folders of one watch by their paths. */
export class KnownFolders {
  readonly #folders = new Map<string, KnownFolder>()

  get(names: readonly string[]): KnownFolder | undefined {
    return this.#folders.get(names.join('/'))
  }

  /** Takes in a folder of which nothing is known yet. */
  add(names: readonly string[], prefix: Key): KnownFolder {
    const folder = { names, prefix, id: '', watcher: undefined, isSuspect: false, entries: new Map() }
    this.#folders.set(names.join('/'), folder)
    return folder
  }

  /** The folder, or the nearest above it that is known. */
  nearest(names: readonly string[]): KnownFolder | undefined {
    for (let depth = names.length; depth >= 0; depth--) {
      const folder = this.get(names.slice(0, depth))
      if (folder !== undefined) return folder
    }
    return undefined
  }

  /** Forgets a folder, and stops watching it. */
  drop({ names, watcher }: KnownFolder): void {
    watcher?.close()
    this.#folders.delete(names.join('/'))
  }

  clear(): void {
    for (const folder of this.#folders.values()) this.drop(folder)
  }
}
