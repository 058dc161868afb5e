import type { Hidden, HiddenEntry } from '../../datastore.ts'
import type { Key } from '../../key.ts'
import type { PackedLevel } from '../../key-index/packed-level.ts'

export type LayoutName = 'strata' | 'plain' | 'flatfs' | 'datastore-fs' | 'py-datastore'

/** The place of a file: folder names from the root down, then a name in the last of them. */
export interface Place {
  readonly folder: readonly string[]
  readonly name: string
  /** Files next to the folders and the value that hold the full text of a shortened name. */
  readonly labels: readonly Label[]
}

/** A small file whose text explains other names in its folder. It exists as long as any of them does. */
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

/** The meaning of an entry of a folder. */
export interface Meaning {
  /** A shelf is a folder with entries of the level that it is in itself. */
  readonly kind: 'value' | 'branch' | 'shelf'
  /** The segment of the key; empty for a shelf. */
  readonly segment: string
}

/** One level of the tree. */
export interface Level {
  readonly children: PackedLevel
  /** Entries that have no key. */
  readonly hidden?: Hidden | undefined
}

/** What a layout may read to determine the meaning of an entry. */
export interface LabelReader {
  /** The text of a small file; `undefined` if there is none. */
  text(folder: readonly string[], name: string): Promise<string | undefined>
}

/** The content of a layout's marker. */
export interface Marker {
  readonly layout: string
  /** A folder with another version is refused. */
  readonly version: number
  /** The extension of values, if that can differ. */
  readonly extension?: string | undefined
}

/**
 * How keys become files. A layout handles only names: it reads the disk only through the reader it is given. One object
 * for each layout, each in a file of its own.
 */
export interface Layout {
  readonly name: LayoutName
  /** What this program writes into the folder to identify it; `undefined` for nothing. */
  readonly marker: Marker | undefined
  /** Where temporary files are made: a folder that no key maps to. */
  readonly tempFolder: readonly string[]
  /** Whether the folder of temporary files stays when it is empty. */
  readonly keepsTempFolder: boolean
  /** Whether folders exist only for keys: an empty one is removed regardless of who created it. */
  readonly ownsFolders: boolean
  /** Whether names distinguish values from folders. A folder with the name of a value is damage. */
  readonly distinguishesByName: boolean
  /** Whether a level can consist of several folders inside its own, called shelves. */
  readonly hasShelves: boolean
  /** Whether files belong to others: not all may be values, and a put keeps mode and owner of what it replaces. */
  readonly filesAreForeign: boolean
  /** Why the layout cannot hold `key`, or `undefined` when it can. */
  problemOf(key: Key): string | undefined
  /** The place of the value of `key`. Not called for a key with a problem, nor for the root. */
  placeOf(key: Key): Place
  /** The folder of the level below `prefix`; `undefined` if there can be none. */
  folderOf(prefix: Key): readonly string[] | undefined
  /** The names next to it that a file with this name explains. Absent if the layout has no labels. */
  explainedBy?(name: string): readonly string[]
  /** Why an entry without a meaning should be shown to people; `undefined` for the store's own files. */
  hiddenReason?(entry: FolderEntry): HiddenEntry['reason'] | undefined
  /** The meaning of an entry of a folder; `undefined` for an entry that the layout would not have written there. */
  meaningOf(
    folder: readonly string[],
    entry: FolderEntry,
    labels: LabelReader,
  ): Meaning | undefined | Promise<Meaning | undefined>
}
