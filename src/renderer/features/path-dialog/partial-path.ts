/** A path half typed: the folder that is known, and the beginning of a name in it. */
export interface PartialPath {
  /** Ends with its separator; `''` for a bare name. */
  readonly folder: string
  readonly name: string
  readonly separator: '/' | '\\'
}

/** Takes a path apart at its last separator. Windows' separator counts where the path has no other. */
export function splitPartialPath(text: string): PartialPath {
  const separator = !text.includes('/') && text.includes('\\') ? '\\' : '/'
  const end = text.lastIndexOf(separator) + 1
  return { folder: text.slice(0, end), name: text.slice(end), separator }
}

/** A folder's path, ready for a name. */
export function asFolder(path: string): string {
  const { separator } = splitPartialPath(path)
  return path.endsWith(separator) ? path : `${path}${separator}`
}

/** A folder's path without the separator at its end; a root keeps its own. */
export function withoutEnd(path: string): string {
  const { separator } = splitPartialPath(path)
  const trimmed = path.endsWith(separator) ? path.slice(0, -1) : path
  return trimmed === '' || trimmed.endsWith(':') ? path : trimmed
}
