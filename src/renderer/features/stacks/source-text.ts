import type { Source } from '../../../shared/procedures/sessions.ts'

/** Where a stack comes from, as a person would say it. */
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

/** Whether two sources name the same stack. Documents that are not saved are known by what they say. */
export function isSameSource(a: Source, b: Source): boolean {
  if (a.type === 'sample' || b.type === 'sample') return a.type === b.type
  if ((a.type === 'folder') !== (b.type === 'folder')) return false
  if (a.path !== undefined || b.path !== undefined) return a.path === b.path
  return a.type === 'document' && b.type === 'document' && isSameDocument(a.document, b.document)
}

function isSameDocument(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
