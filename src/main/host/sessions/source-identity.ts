import { realpath } from 'node:fs/promises'
import type { Source } from '../../../shared/procedures/sessions.ts'

/** Tells sources apart that mean the same folder or file; `undefined` for a document, which is nothing but itself. */
export async function sourceIdentity(source: Source): Promise<string | undefined> {
  switch (source.type) {
    case 'sample':
      return 'sample'
    case 'document':
      return undefined
    case 'folder':
    case 'stackFile':
      return `${source.type}:${await realPath(source.path)}`
  }
}

/** What is not there is left as it is: opening it will say so in better words. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}
