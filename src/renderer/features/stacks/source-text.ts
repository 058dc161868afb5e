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

/** Whether two sources name the same stack. Documents that are not saved never do. */
export function isSameSource(a: Source, b: Source): boolean {
  if (a.type === 'sample' || b.type === 'sample') return a.type === b.type
  const isSameKind = (a.type === 'folder') === (b.type === 'folder')
  return isSameKind && a.path !== undefined && a.path === b.path
}
