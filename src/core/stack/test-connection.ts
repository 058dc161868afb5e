import type { ConnectionReport } from './connection-report.ts'
import { parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'
import { contextOf } from './running-node.ts'
import type { StackHost } from './stack.ts'

/**
 * Tries to reach the server that the root of a document names, and changes nothing there.
 * @returns `undefined` where the kind of the root has no server.
 * @throws ConfigError for what is wrong with the document.
 */
export async function testConnection(
  document: unknown,
  registry: Registry,
  host: StackHost,
): Promise<ConnectionReport | undefined> {
  const { root } = parseDocument(document, registry)
  return root.kind.test?.(root.options, contextOf(root, host))
}
