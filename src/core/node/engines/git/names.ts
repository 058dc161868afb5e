import { type Key, segmentProblem } from '../../../key.ts'
import { treeName } from './objects.ts'

/** Characters that the file system of macOS ignores in names. */
const IGNORED_BY_MACOS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g
/** `.git` as Windows also writes it. */
const DOT_GIT = /^(?:\.git|git~1)[ .]*(?:$|:)/i

/** Why a tree cannot hold a segment; `undefined` if it can. The same names are errors for `git fsck`. */
export function nameProblem(segment: string): string | undefined {
  if (segment.includes('\0')) return 'a name in a tree of git holds no NUL'
  const parts = segment.replace(IGNORED_BY_MACOS, '').split('\\')
  if (parts.some(part => DOT_GIT.test(part))) {
    return `git refuses the name ${JSON.stringify(segment)}, because it keeps its own files there`
  }
  return undefined
}

/** The names of a key in trees; `undefined` if no tree can hold it. */
export function namesOf(key: Key): readonly string[] | undefined {
  return key.segments.some(segment => nameProblem(segment) !== undefined)
    ? undefined
    : key.segments.map(treeName)
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The segment that a name in a tree is; `undefined` if it is none. */
export function segmentOf(name: string): string | undefined {
  let segment = name
  if (/[\u0080-\u00ff]/.test(name)) {
    try {
      segment = decoder.decode(Buffer.from(name, 'latin1'))
    } catch {
      return undefined
    }
  }
  return segmentProblem(segment) === undefined && nameProblem(segment) === undefined ? segment : undefined
}
