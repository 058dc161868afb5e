import type { Hidden, HiddenEntry } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { PackedLevel } from '../../key-index/packed-level.ts'

export type LayoutName = 'strata' | 'plain' | 'flatfs' | 'datastore-fs' | 'py-datastore'

/** Where something is: folder names from the root down, then a name in the last of them. */
export interface Place {
  readonly folder: readonly string[]
  readonly name: string
  /** Files beside the folders and the value that say what a shortened name stands for. */
  readonly labels: readonly Label[]
}

/** A small file whose text says what other names in its folder stand for. It is there as long as any of them is. */
export interface Label {
  readonly folder: readonly string[]
  readonly name: string
  readonly text: string
  /** The names that it explains. */
  readonly explains: readonly string[]
}

/** An entry of a folder, as Node lists it. */
export interface FolderEntry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** What an entry of a folder stands for. */
export interface Meaning {
  /** A shelf holds entries of the level that it stands in itself. */
  readonly kind: 'value' | 'branch' | 'shelf'
  /** The segment of the key; empty for a shelf. */
  readonly segment: string
}

/** One level of the tree. */
export interface Level {
  readonly children: PackedLevel
  /** What no key stands for. */
  readonly hidden?: Hidden | undefined
}

/** What a layout may ask for while it finds out what an entry stands for. */
export interface LabelReader {
  /** The text of a small file, or `undefined` where there is none. */
  text(folder: readonly string[], name: string): Promise<string | undefined>
}

/** What the marker of a layout says. */
export interface Marker {
  readonly layout: string
  /** A folder with another version is refused. */
  readonly version: number
  /** What the names of values end in, where that may differ. */
  readonly extension?: string | undefined
}

/**
 * How keys become files. A layout knows names only: it touches no disk but through the reader it is given.
 * One object per layout, each in a file of its own.
 */
export interface Layout {
  readonly name: LayoutName
  /** What this program leaves in the folder to know it again. `undefined`: nothing. */
  readonly marker: Marker | undefined
  /** Where temporary files go: a folder that no key names. */
  readonly tempFolder: readonly string[]
  /** The folder of temporary files stays when it is empty. */
  readonly keepsTempFolder: boolean
  /** Folders are there for keys alone: one that is left empty goes, whoever made it. */
  readonly ownsFolders: boolean
  /** No folder can have the name of a value: one that has is damage. */
  readonly tellsByName: boolean
  /** Files are somebody's own: not all may be values, and a put keeps mode and owner of what it replaces. */
  readonly filesAreForeign: boolean
  /** Why the layout cannot hold `key`, or `undefined` when it can. */
  problemOf(key: Key): string | undefined
  /** Where the value of `key` is. Asked about no key with a problem, and not about the root. */
  placeOf(key: Key): Place
  /** The folder of what is one level below `prefix`; `undefined` where nothing can be. */
  folderOf(prefix: Key): readonly string[] | undefined
  /** The names beside it that a file of this name explains; none where the layout has no labels. */
  explainedBy?(name: string): readonly string[]
  /** Why an entry without a meaning is one that people should know of; `undefined` for what the store keeps there itself. */
  whyHidden?(entry: FolderEntry): HiddenEntry['reason'] | undefined
  /** What an entry of a folder stands for; `undefined` for what the layout would not have written there. */
  meaningOf(
    folder: readonly string[],
    entry: FolderEntry,
    labels: LabelReader,
  ): Meaning | undefined | Promise<Meaning | undefined>
}
