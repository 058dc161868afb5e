import type { PathRequest } from '../../api/shell.ts'

export function purposeTitle({ type }: PathRequest): string {
  switch (type) {
    case 'folder':
      return 'Open folder'
    case 'stackFile':
      return 'Open stack file'
    case 'saveLocation':
      return 'Save stack file'
  }
}

/** Whether a file with this name is listed: only stack files are. */
export function isListedFile(purpose: PathRequest, name: string): boolean {
  return purpose.type !== 'folder' && name.endsWith('.stack.json')
}

type Settlement =
  | { readonly type: 'answer'; readonly path: string }
  /** The dialog continues with this text. */
  | { readonly type: 'continue'; readonly text: string }
  /** A file with this name would be replaced, so ask. */
  | { readonly type: 'replace'; readonly name: string }
  | { readonly type: 'problem'; readonly message: string }

/** The result of submitting a typed path, given the entries of its folder. */
export function settlePath(purpose: PathRequest, text: string, entries: readonly PathEntry[]): Settlement {
  const { folder, name } = splitPartialPath(text)
  const entry = entries.find(other => other.name === name)
  if (name === '') {
    if (purpose.type === 'folder') return { type: 'answer', path: withoutEnd(text) }
    return { type: 'problem', message: 'Type the name of a file.' }
  }
  if (entry?.isFolder === true) {
    if (purpose.type === 'folder') return { type: 'answer', path: entry.path }
    return { type: 'continue', text: asFolder(entry.path) }
  }
  if (purpose.type === 'saveLocation') {
    return entry === undefined ? { type: 'answer', path: text } : { type: 'replace', name }
  }
  if (purpose.type === 'stackFile' && entry !== undefined) return { type: 'answer', path: entry.path }
  const what = purpose.type === 'folder' ? 'folder' : 'file'
  return { type: 'problem', message: `There is no ${what} "${name}" in ${folder}` }
}

/** A partially typed path: its folder, and the beginning of a name in it. */
interface PartialPath {
  /** Ends with its separator; `''` for a bare name. */
  readonly folder: string
  readonly name: string
  readonly separator: '/' | '\\'
}

/** Splits a path at its last separator. A backslash is a separator only if the path has no slash. */
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

export interface PathEntry {
  readonly name: string
  readonly path: string
  readonly isFolder: boolean
}

/**
 * The entries of a folder that match a partially typed name, folders first. Hidden ones are included once a dot is
 * typed; files, only if `wantsFile` accepts them.
 */
export function fittingEntries(
  entries: readonly PathEntry[],
  name: string,
  wantsFile: (name: string) => boolean,
): readonly PathEntry[] {
  const beginning = name.toLowerCase()
  return entries
    .filter(
      entry =>
        entry.name.toLowerCase().startsWith(beginning) &&
        (name.startsWith('.') || !entry.name.startsWith('.')) &&
        (entry.isFolder || wantsFile(entry.name)),
    )
    .sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.name < b.name ? -1 : 1))
}
