import type { FlatfsShard } from '../../../hash/flatfs-shard.ts'
import { directoryOf } from '../../../hash/flatfs-shard.ts'
import type { Key } from '../../../key.ts'
import type { FolderEntry, Layout, Meaning, Place } from '../layout.ts'
import { fileNameProblem } from '../layout.ts'

const EXTENSION = '.data'
/** Where go-ds-flatfs keeps values on their way. It empties the folder when it opens the store. */
const TEMP_FOLDER = '.temp'
const NAME = /^[0-9A-Z+\-_=]+$/

/**
 * The layout of Kubo's block store: the value of `/CIQA` is the file `CIQA.data` in a folder that the shard function
 * names. Keys have one segment of upper-case letters, digits and `+ - _ =`, as in go-ds-flatfs.
 * Source: https://github.com/ipfs/go-ds-flatfs
 * @param shard What the file `SHARDING` says.
 * @param platform As `process.platform` names it: it decides which names there can be.
 */
export function flatfsLayout(shard: FlatfsShard, platform: string = process.platform): Layout {
  return {
    name: 'flatfs',
    marker: undefined,
    tempFolder: [TEMP_FOLDER],
    keepsTempFolder: true,
    // go-ds-flatfs makes a shard's folder once and counts on it afterwards.
    ownsFolders: false,
    tellsByName: true,
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
