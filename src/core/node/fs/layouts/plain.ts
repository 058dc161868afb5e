import type { Key } from '../../../key.ts'
import { segmentProblem } from '../../../key.ts'
import type { FolderEntry, Layout, Meaning, Place } from '../layout.ts'
import { fileNameProblem, NEAR_TEMP_FOLDER } from '../layout.ts'

/**
 * The layout for a folder as it is: the path is the key, files are values, folders are branches, empty ones too.
 * Nothing marks the folder. What is neither file nor folder, or has a name that is no segment, is not shown.
 * @param platform As `process.platform` names it: it decides which names there can be.
 */
export function plainLayout(platform: string = process.platform): Layout {
  return {
    name: 'plain',
    marker: undefined,
    tempFolder: [NEAR_TEMP_FOLDER],
    keepsTempFolder: false,
    ownsFolders: false,
    tellsByName: false,
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
