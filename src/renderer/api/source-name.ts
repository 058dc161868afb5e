import { fnv1a64 } from '../../core/hash/fnv1a64.ts'
import type { Source } from '../../shared/procedures/sessions.ts'

/** Names a source in what is kept between starts: the same whenever the same stack is opened. */
export function sourceName(source: Source): string {
  switch (source.type) {
    case 'folder':
      return `folder:${source.path}`
    case 'stackFile':
      return `stack:${source.path}`
    case 'sample':
      return 'sample'
    case 'document':
      return source.path === undefined ? documentName(source.document) : `stack:${source.path}`
  }
}

/** Short, whatever the size of the document. */
function documentName(document: unknown): string {
  return `document:${fnv1a64(JSON.stringify(document)).toString(16)}`
}
