import { realpath } from 'node:fs/promises'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'

/**
 * Tells sources apart that mean the same folder, file or server; `undefined` for a document that a person composes, which
 * is nothing but itself.
 */
export async function sourceIdentity(source: Source, registry: Registry): Promise<string | undefined> {
  switch (source.type) {
    case 'sample':
      return 'sample'
    case 'document':
      return isOfOnePlace(source, registry) ? `document:${JSON.stringify(source.document)}` : undefined
    case 'folder':
    case 'stackFile':
      return `${source.type}:${await realPath(source.path)}`
  }
}

/** What is not there is left as it is: opening it will say so in better words. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

/** Whether a document was made of a place or an address, and is that of no file. */
function isOfOnePlace(
  { document, path }: Extract<Source, { type: 'document' }>,
  registry: Registry,
): boolean {
  if (path !== undefined || typeof document !== 'object' || document === null || !('root' in document))
    return false
  const { root } = document
  if (typeof root !== 'object' || root === null || !('kind' in root) || typeof root.kind !== 'string')
    return false
  return registry.find(root.kind)?.recognition !== undefined
}
