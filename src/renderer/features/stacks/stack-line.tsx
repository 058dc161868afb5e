import { FileJson, FlaskConical, Folder, Layers } from 'lucide-react'
import type { Environment } from '../../../shared/contract-constants.ts'
import type { SessionInfo, Source } from '../../../shared/procedures/sessions.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import { distinguishingHints } from '../../ui/text/distinguishing-hints.ts'

/** One line of the list of stacks: an open session, or one that was open before. */
export interface StackLine {
  readonly id: string
  readonly name: string
  readonly source: Source
  readonly isOpen: boolean
  readonly isReadOnly: boolean
  readonly environment: Environment
}

/** Open sessions in their order, then recent stacks that are not open. */
export function stackLines(
  sessions: readonly SessionInfo[],
  recents: readonly Recent[],
): readonly StackLine[] {
  const open = sessions.map(({ id, name, source, isReadOnly, environment }) => ({
    id,
    name,
    source,
    isOpen: true,
    isReadOnly,
    environment,
  }))
  const others = recents.filter(recent => !sessions.some(({ source }) => isSameSource(source, recent.source)))
  const closed = others.map(({ id, name, source, isReadOnly, environment = 'development' as const }) => ({
    id,
    name,
    source,
    isOpen: false,
    isReadOnly,
    environment,
  }))
  return [...open, ...closed]
}

/** Hints that distinguish stacks with equal names, by their ids. */
export function stackHints(lines: readonly StackLine[]): ReadonlyMap<string, string> {
  return distinguishingHints(lines.map(({ id, name, source }) => ({ id, name, place: placeOf(source) })))
}

/** What holds the folder or the file. */
function placeOf(source: Source): string | undefined {
  const path = source.type === 'sample' ? undefined : source.path
  return path?.slice(0, Math.max(1, path.search(/[\\/][^\\/]*$/)))
}

/** The source of a stack, as shown to the user. */
export function sourceText(source: Source): string {
  switch (source.type) {
    case 'folder':
    case 'stackFile':
      return source.path
    case 'sample':
      return 'The sample that comes with Strata'
    case 'document':
      return source.path ?? 'Not saved to a file'
  }
}

/** Whether two sources name the same stack. Unsaved documents are compared by content. */
export function isSameSource(a: Source, b: Source): boolean {
  if (a.type === 'sample' || b.type === 'sample') return a.type === b.type
  if ((a.type === 'folder') !== (b.type === 'folder')) return false
  if (a.path !== undefined || b.path !== undefined) return a.path === b.path
  return a.type === 'document' && b.type === 'document' && isSameDocument(a.document, b.document)
}

function isSameDocument(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

const ICONS = { folder: Folder, stackFile: FileJson, document: Layers, sample: FlaskConical }

export function StackIcon({ source }: { readonly source: Source }) {
  const Icon = ICONS[source.type]
  return <Icon size={14} aria-hidden />
}
