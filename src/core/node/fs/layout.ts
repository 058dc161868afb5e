import type { Key } from '../../key.ts'

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

/** A temporary folder beside a value, where the layout's own cannot be used. No layout lists it. */
export const NEAR_TEMP_FOLDER = '.strata-tmp'

/** An entry of a folder, as Node lists it. */
export interface FolderEntry {
  readonly name: string
  isFile(): boolean
  isDirectory(): boolean
}

/** What an entry of a folder stands for. */
export interface Meaning {
  /** A shelf holds entries of the level that it stands in itself. */
  readonly kind: 'value' | 'branch' | 'shelf'
  /** The segment of the key; empty for a shelf. */
  readonly segment: string
}

/** One level of the tree: names in code-unit order. A name may stand in both. */
export interface Level {
  readonly values: readonly string[]
  readonly branches: readonly string[]
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
  /** What an entry of a folder stands for; `undefined` for what the layout would not have written there. */
  meaningOf(
    folder: readonly string[],
    entry: FolderEntry,
    labels: LabelReader,
  ): Meaning | undefined | Promise<Meaning | undefined>
}

const EXTENSION = /^\.[0-9A-Za-z_-]{1,16}$/

/** Whether names of values may end so: whatever it ends stays a name, and tells values from folders. */
export function isExtension(text: string): boolean {
  return EXTENSION.test(text)
}

const LONGEST_NAME = 255
const NOT_FOR_WINDOWS = /[<>:"\\|?*\u0000-\u001f]|[. ]$/
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

/**
 * Why no file can be called `segment`, with `extension` after it; `undefined` where one can.
 * @param platform As `process.platform` names it.
 */
export function fileNameProblem(segment: string, platform: string, extension = ''): string | undefined {
  const shown = JSON.stringify(segment.length > 40 ? `${segment.slice(0, 40)}…` : segment)
  if (segment.includes('\0')) return `no file can be called ${shown}: it holds NUL`
  const size = platform === 'win32' ? segment.length : Buffer.byteLength(segment)
  if (size + extension.length > LONGEST_NAME) return `no file can be called ${shown}: the name is too long`
  if (platform === 'win32' && (NOT_FOR_WINDOWS.test(segment) || WINDOWS_DEVICE.test(segment))) {
    return `no file can be called ${shown} on Windows`
  }
  return undefined
}
