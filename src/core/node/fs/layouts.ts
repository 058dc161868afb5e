import { directoryOf, type FlatfsShard } from '../../hash/flatfs-shard.ts'
import { type Key, segmentProblem } from '../../key.ts'
import { type FolderEntry, type Layout, type LayoutName, type Meaning, type Place } from './layout.ts'
import { PRIVATE_FOLDER, strataLayout } from './strata-layout.ts'

/** A temporary folder next to a value, if the layout's own cannot be used. No layout lists it. */
export const NEAR_TEMP_FOLDER = '.strata-tmp'

const CHOSEN_EXTENSION = /^\.[0-9A-Za-z_-]{1,16}$/

/** Whether names of values may have this extension: a name stays valid with it, and it distinguishes values from folders. */
export function isExtension(text: string): boolean {
  return CHOSEN_EXTENSION.test(text)
}

const MAX_NAME_LENGTH = 255
const NOT_FOR_WINDOWS = /[<>:"\\|?*\u0000-\u001f]|[. ]$/
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

/**
 * Why a file cannot be named `segment` followed by `extension`; `undefined` if it can.
 * @param platform A value of `process.platform`.
 */
function fileNameProblem(segment: string, platform: string, extension = ''): string | undefined {
  if (segment.includes('\0')) return `no file can be called ${shown(segment)}: it holds NUL`
  const size = platform === 'win32' ? segment.length : Buffer.byteLength(segment)
  if (size + extension.length > MAX_NAME_LENGTH) {
    return `no file can be called ${shown(segment)}: the name is too long`
  }
  if (platform === 'win32' && (NOT_FOR_WINDOWS.test(segment) || WINDOWS_DEVICE.test(segment))) {
    return `no file can be called ${shown(segment)} on Windows`
  }
  return undefined
}

function shown(segment: string): string {
  return JSON.stringify(segment.length > 40 ? `${segment.slice(0, 40)}…` : segment)
}

/**
 * The layout for any folder: the path is the key, files are values, folders are branches, including empty ones. The
 * folder has no marker. Entries that are neither file nor folder, or whose name is not a valid segment, are reported as
 * hidden.
 * @param platform A value of `process.platform`, which decides which names are valid.
 */
export function plainLayout(platform: string = process.platform): Layout {
  return {
    name: 'plain',
    marker: undefined,
    tempFolder: [NEAR_TEMP_FOLDER],
    keepsTempFolder: false,
    ownsFolders: false,
    distinguishesByName: false,
    hasShelves: false,
    filesAreForeign: true,

    problemOf(key: Key): string | undefined {
      for (const segment of key.segments) {
        const problem = nameProblem(segment, platform)
        if (problem !== undefined) return problem
      }
      return undefined
    },

    placeOf(key: Key): Place {
      return { folder: key.segments.slice(0, -1), name: key.lastSegment, labels: [] }
    },

    folderOf: prefix => prefix.segments,

    hiddenReason(entry) {
      if (entry.name === NEAR_TEMP_FOLDER) return undefined
      if (entry.isSymbolicLink()) return 'link'
      return entry.isFile() || entry.isDirectory() ? 'name' : 'special'
    },

    meaningOf(_folder: readonly string[], entry: FolderEntry): Meaning | undefined {
      if (entry.name === NEAR_TEMP_FOLDER || segmentProblem(entry.name) !== undefined) return undefined
      if (entry.isFile()) return { kind: 'value', segment: entry.name }
      return entry.isDirectory() ? { kind: 'branch', segment: entry.name } : undefined
    },
  }
}

function nameProblem(segment: string, platform: string): string | undefined {
  if (segment === NEAR_TEMP_FOLDER) {
    return `${JSON.stringify(segment)} is where this store keeps its temporary files`
  }
  return fileNameProblem(segment, platform)
}

interface SuffixedOptions {
  readonly name: LayoutName
  /** The extension of values, including the dot. */
  readonly extension: string
  /** Why the layout cannot hold a segment for a reason of its own; `undefined` if it can. */
  readonly problemOf?: ((segment: string) => string | undefined) | undefined
  /** Files in the root that have the extension but are not values, in lower case. */
  readonly reserved?: readonly string[] | undefined
  /** A value of `process.platform`, which decides which names are valid. */
  readonly platform?: string | undefined
}

/**
 * A layout whose values are `<path of the key><extension>`: the value of `/a/b` is `a/b.data`, and keys below it are in
 * `a/b/`. Segments are used as names unchanged, so a case-insensitive disk treats `/A` and `/a` as one.
 */
function suffixedLayout({
  name,
  extension,
  problemOf = () => undefined,
  reserved = [],
  platform = process.platform,
}: SuffixedOptions): Layout {
  const isPrivate = (segment: string): boolean => segment.toLowerCase() === PRIVATE_FOLDER
  const isReserved = (fileName: string): boolean => reserved.includes(fileName.toLowerCase())
  return {
    name,
    marker: { layout: name, version: 1, extension },
    tempFolder: [PRIVATE_FOLDER, 'tmp'],
    keepsTempFolder: true,
    ownsFolders: true,
    distinguishesByName: false,
    hasShelves: false,
    filesAreForeign: false,

    problemOf(key: Key): string | undefined {
      const [first = ''] = key.segments
      if (isPrivate(first)) return `${JSON.stringify(first)} is where this store keeps its own files`
      if (key.isTopLevel && isReserved(first + extension)) {
        return `${JSON.stringify(first + extension)} is a file of the library that this layout is from`
      }
      for (const [index, segment] of key.segments.entries()) {
        const ending = index === key.depth - 1 ? extension : ''
        const problem = problemOf(segment) ?? fileNameProblem(segment, platform, ending)
        if (problem !== undefined) return problem
      }
      return undefined
    },

    placeOf(key: Key): Place {
      return { folder: key.segments.slice(0, -1), name: key.lastSegment + extension, labels: [] }
    },

    folderOf: prefix => prefix.segments,

    meaningOf(folder: readonly string[], entry: FolderEntry): Meaning | undefined {
      const isRoot = folder.length === 0
      if (isRoot && (isPrivate(entry.name) || isReserved(entry.name))) return undefined
      const kind = entry.isDirectory() ? 'branch' : entry.isFile() ? 'value' : undefined
      if (kind === undefined || (kind === 'value' && !entry.name.endsWith(extension))) return undefined
      const segment = kind === 'value' ? entry.name.slice(0, -extension.length) : entry.name
      if (segmentProblem(segment) !== undefined || problemOf(segment) !== undefined) return undefined
      return { kind, segment }
    },
  }
}

/** The layout of `datastore-fs` 12 (js-stores): the value of `/a/b` is the file `a/b.data`. */
function datastoreFsLayout(extension = '.data'): Layout {
  return suffixedLayout({ name: 'datastore-fs', extension })
}

/** Where py-datastore keeps its byte count, if it counts. */
const STATISTICS: readonly string[] = ['diskusage.data']

/**
 * The layout of py-datastore: the value of `/a/b` is `a/b.data`, or `a/b.obj` in its releases up to 0.3. It wrote
 * `/a:b` to the very same file; here a segment with `:` is refused, so that each file has one key.
 */
function pyDatastoreLayout(extension = '.data'): Layout {
  return suffixedLayout({
    name: 'py-datastore',
    extension,
    reserved: STATISTICS,
    problemOf: segment =>
      segment.includes(':')
        ? `py-datastore keeps ${JSON.stringify(segment)} and ${JSON.stringify(segment.replaceAll(':', '/'))} in ` +
          'one file: only the name with "/" is taken'
        : undefined,
  })
}

const EXTENSION = '.data'
/** Where go-ds-flatfs makes temporary files. It empties the folder when it opens the store. */
const TEMP_FOLDER = '.temp'
const NAME = /^[0-9A-Z+\-_=]+$/

/**
 * The layout of Kubo's block store: the value of `/CIQA` is the file `CIQA.data` in a folder that the shard function
 * names. Keys have one segment of upper-case letters, digits and `+ - _ =`, as in go-ds-flatfs. Source:
 * https://github.com/ipfs/go-ds-flatfs
 * @param shard The content of the file `SHARDING`.
 * @param platform A value of `process.platform`, which decides which names are valid.
 */
function flatfsLayout(shard: FlatfsShard, platform: string = process.platform): Layout {
  return {
    name: 'flatfs',
    marker: undefined,
    tempFolder: [TEMP_FOLDER],
    keepsTempFolder: true,
    // go-ds-flatfs creates a shard's folder once and relies on it afterwards.
    ownsFolders: false,
    distinguishesByName: true,
    hasShelves: true,
    filesAreForeign: false,

    problemOf(key: Key): string | undefined {
      const [name = ''] = key.segments
      if (key.depth > 1) return 'flatfs holds keys of one segment'
      if (!key.isRoot && !NAME.test(name)) {
        return 'flatfs holds keys of upper-case letters, digits and + - _ = alone'
      }
      return fileNameProblem(name, platform, EXTENSION)
    },

    placeOf(key: Key): Place {
      const name = key.lastSegment
      return { folder: [directoryOf(shard, name)], name: name + EXTENSION, labels: [] }
    },

    folderOf: prefix => (prefix.isRoot ? [] : undefined),

    meaningOf([directory]: readonly string[], entry: FolderEntry): Meaning | undefined {
      if (directory === undefined) {
        return entry.isDirectory() && NAME.test(entry.name) ? { kind: 'shelf', segment: '' } : undefined
      }
      if (!entry.isFile() || !entry.name.endsWith(EXTENSION)) return undefined
      const segment = entry.name.slice(0, -EXTENSION.length)
      const isHome = NAME.test(segment) && directoryOf(shard, segment) === directory
      return isHome ? { kind: 'value', segment } : undefined
    },
  }
}

/** Everything that a layout can depend on besides its name. */
interface LayoutDetails {
  readonly extension?: string | undefined
  readonly shard: FlatfsShard
}

const LAYOUTS: Readonly<Record<LayoutName, (details: LayoutDetails) => Layout>> = {
  strata: () => strataLayout,
  plain: () => plainLayout(),
  flatfs: ({ shard }) => flatfsLayout(shard),
  'datastore-fs': ({ extension }) => datastoreFsLayout(extension),
  'py-datastore': ({ extension }) => pyDatastoreLayout(extension),
}

export const LAYOUT_NAMES = Object.keys(LAYOUTS) as readonly LayoutName[]

/** Layouts whose values have an extension that can be chosen. */
export const WITH_EXTENSION: readonly LayoutName[] = ['datastore-fs', 'py-datastore']

export function isLayoutName(name: string): name is LayoutName {
  return Object.hasOwn(LAYOUTS, name)
}

export function layoutOf(name: LayoutName, details: LayoutDetails): Layout {
  return LAYOUTS[name](details)
}
