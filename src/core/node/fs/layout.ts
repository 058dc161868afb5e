import type { Key } from '../../key.ts'

export type LayoutName = 'strata' | 'plain'

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

/** A temporary folder beside a value, where the layout's own cannot be used. No layout lists it. */
export const NEAR_TEMP_FOLDER = '.strata-tmp'

/** An entry of a folder, as Node lists it. */
export interface FolderEntry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
}

/** One level of the tree: names in code-unit order. A name may stand in both. */
export interface Level {
  readonly values: readonly string[]
  readonly branches: readonly string[]
}

/** What a layout may ask for while it reads a level. */
export interface LevelReader {
  /** What is in a folder; nothing where there is no such folder. */
  entries(folder: readonly string[]): Promise<readonly FolderEntry[]>
  /** The text of a small file, or `undefined` where there is none. */
  text(folder: readonly string[], name: string): Promise<string | undefined>
}

/**
 * How keys become files. A layout knows names only: it touches no disk but through the reader it is given.
 * One object per layout, each in a file of its own.
 */
export interface Layout {
  readonly name: LayoutName
  /** Recorded in the marker; a folder with another version is refused. `undefined`: the layout leaves no marker. */
  readonly version: number | undefined
  /** Where temporary files go: a folder that no key names. */
  readonly tempFolder: readonly string[]
  /** Folders are there for keys alone: one that is left empty goes, whoever made it. */
  readonly ownsFolders: boolean
  /** Files are somebody's own: not all may be values, and a put keeps mode and owner of what it replaces. */
  readonly filesAreForeign: boolean
  /** Why the layout cannot hold `key`, or `undefined` when it can. */
  problemOf(key: Key): string | undefined
  /** Where the value of `key` is. Asked about no key with a problem, and not about the root. */
  placeOf(key: Key): Place
  /** What is one level below `prefix`. */
  readLevel(prefix: Key, reader: LevelReader): Promise<Level>
}
