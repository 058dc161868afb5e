import { realpath } from 'node:fs/promises'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'

/**
 * Equal for sources that mean the same folder, file or server; `undefined` for a composed document, which equals no
 * other.
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

/** A missing path is returned unchanged: opening it reports a better error. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

/** Whether a document was created for one place or address and belongs to no file. */
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
