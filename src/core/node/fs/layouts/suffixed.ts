import type { Key } from '../../../key.ts'
import { segmentProblem } from '../../../key.ts'
import type { FolderEntry, Layout, LayoutName, Meaning, Place } from '../layout.ts'
import { fileNameProblem } from '../layout.ts'
import { PRIVATE_FOLDER } from './strata.ts'

interface SuffixedOptions {
  readonly name: LayoutName
  /** What the names of values end in, dot included. */
  readonly extension: string
  /** Why the layout cannot hold a segment for a reason of its own, or `undefined` when it can. */
  readonly problemOf?: ((segment: string) => string | undefined) | undefined
  /** Files in the root that end like values and are none, in lower case. */
  readonly reserved?: readonly string[] | undefined
  /** As `process.platform` names it: it decides which names there can be. */
  readonly platform?: string | undefined
}

/**
 * A layout whose values are `<path of the key><extension>`: the value of `/a/b` is `a/b.data`, and what is below it in
 * `a/b/`. Segments are names as they are, so a disk that is blind to case takes `/A` and `/a` for one.
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
    tellsByName: false,
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
export function datastoreFsLayout(extension = '.data'): Layout {
  return suffixedLayout({ name: 'datastore-fs', extension })
}

/** Where py-datastore keeps its count of bytes, when it is told to count. */
const STATISTICS: readonly string[] = ['diskusage.data']

/**
 * The layout of py-datastore: the value of `/a/b` is `a/b.data`, or `a/b.obj` in its releases up to 0.3. It wrote
 * `/a:b` to the very same file; here a segment with `:` is refused, so that each file has one key.
 */
export function pyDatastoreLayout(extension = '.data'): Layout {
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
