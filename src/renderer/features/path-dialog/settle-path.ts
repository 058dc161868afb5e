import { asFolder, splitPartialPath, withoutEnd } from './partial-path.ts'
import type { PathEntry } from './path-options.ts'
import type { PathPurpose } from './path-purpose.ts'

export type Settlement =
  | { readonly type: 'answer'; readonly path: string }
  /** The dialog goes on with this text. */
  | { readonly type: 'goOn'; readonly text: string }
  /** A file of this name would be replaced: ask. */
  | { readonly type: 'replace'; readonly name: string }
  | { readonly type: 'problem'; readonly message: string }

/** What a typed path comes to, given the entries of its folder. */
export function settlePath(purpose: PathPurpose, text: string, entries: readonly PathEntry[]): Settlement {
  const { folder, name } = splitPartialPath(text)
  const entry = entries.find(other => other.name === name)
  if (name === '') {
    if (purpose.type === 'folder') return { type: 'answer', path: withoutEnd(text) }
    return { type: 'problem', message: 'Type the name of a file.' }
  }
  if (entry?.isFolder === true) {
    if (purpose.type === 'folder') return { type: 'answer', path: entry.path }
    return { type: 'goOn', text: asFolder(entry.path) }
  }
  if (purpose.type === 'saveLocation') {
    return entry === undefined ? { type: 'answer', path: text } : { type: 'replace', name }
  }
  if (purpose.type === 'stackFile' && entry !== undefined) return { type: 'answer', path: entry.path }
  const what = purpose.type === 'folder' ? 'folder' : 'file'
  return { type: 'problem', message: `There is no ${what} "${name}" in ${folder}` }
}
