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
  /** Tells it from another folder that takes its place, as far as the system does. */
  readonly id: string
  watcher: FSWatcher | undefined
  /** The system may have stopped watching it, because it went and another came. */
  isSuspect: boolean
  readonly entries: Map<string, KnownEntry>
}

/** The folders of one watch by their paths. */
export class KnownFolders {
  readonly #folders = new Map<string, KnownFolder>()

  get(names: readonly string[]): KnownFolder | undefined {
    return this.#folders.get(names.join('/'))
  }

  set(folder: KnownFolder): void {
    this.#folders.set(folder.names.join('/'), folder)
  }

  all(): readonly KnownFolder[] {
    return [...this.#folders.values()]
  }

  /** Forgets a folder, and stops watching it. */
  drop(names: readonly string[]): KnownFolder | undefined {
    const folder = this.get(names)
    folder?.watcher?.close()
    this.#folders.delete(names.join('/'))
    return folder
  }

  clear(): void {
    for (const { names } of this.all()) this.drop(names)
  }
}
