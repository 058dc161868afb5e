import type { Key } from '../../../key.ts'
import { segmentProblem } from '../../../key.ts'
import type { Layout, Level, LevelReader, Place } from '../layout.ts'
import { NEAR_TEMP_FOLDER } from '../layout.ts'

const LONGEST_NAME = 255
const NOT_FOR_WINDOWS = /[<>:"\\|?*\u0000-\u001f]|[. ]$/
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i

/**
 * The layout for a folder as it is: the path is the key, files are values, folders are branches, empty ones too.
 * Nothing marks the folder. What is neither file nor folder, or has a name that is no segment, is not shown.
 * @param platform As `process.platform` names it: it decides which names there can be.
 */
export function plainLayout(platform: string = process.platform): Layout {
  return {
    name: 'plain',
    version: undefined,
    tempFolder: [NEAR_TEMP_FOLDER],
    ownsFolders: false,
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

    async readLevel(prefix: Key, reader: LevelReader): Promise<Level> {
      const values: string[] = []
      const branches: string[] = []
      for (const entry of await reader.entries(prefix.segments)) {
        if (entry.name === NEAR_TEMP_FOLDER || segmentProblem(entry.name) !== undefined) continue
        if (entry.isFile()) values.push(entry.name)
        else if (entry.isDirectory()) branches.push(entry.name)
      }
      return { values: values.sort(), branches: branches.sort() }
    },
  }
}

function nameProblem(segment: string, platform: string): string | undefined {
  const shown = JSON.stringify(segment.length > 40 ? `${segment.slice(0, 40)}…` : segment)
  if (segment === NEAR_TEMP_FOLDER) return `${shown} is where this store keeps its temporary files`
  if (segment.includes('\0')) return `no file can be called ${shown}: it holds NUL`
  const size = platform === 'win32' ? segment.length : Buffer.byteLength(segment)
  if (size > LONGEST_NAME) return `no file can be called ${shown}: the name is too long`
  if (platform === 'win32' && (NOT_FOR_WINDOWS.test(segment) || WINDOWS_DEVICE.test(segment))) {
    return `no file can be called ${shown} on Windows`
  }
  return undefined
}
