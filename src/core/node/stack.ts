import type { DocumentProblem } from '../stack/document.ts'
import type { Kind } from '../stack/kind.ts'
import { validateDocument as validate } from '../stack/parse.ts'
import { pureKinds } from '../stack/pure-kinds.ts'
import { type KindDescription, Registry } from '../stack/registry.ts'
import { openDocument } from '../stack/running-stack.ts'
import type { Stack, StackHost } from '../stack/stack.ts'
import { compressedKind } from './kinds/compressed.ts'
import { fsKind } from './kinds/fs.ts'
import { journalKind } from './kinds/journal.ts'
import { leveldbKind } from './kinds/leveldb.ts'

/** Every kind that runs on Node. */
export const nodeKinds: readonly Kind[] = [...pureKinds, fsKind, leveldbKind, compressedKind, journalKind]

const nodeRegistry = new Registry(nodeKinds)

/**
 * Opens a stack document. Close the stack to close every store in it.
 * @param host Where relative paths start from, and the kinds of a program that has its own.
 * @throws ConfigError (`CONFIG_INVALID`) naming the path of what is wrong.
 */
export function openStack(document: unknown, host: StackHost = {}): Promise<Stack> {
  return openDocument(document, host.registry ?? nodeRegistry, host)
}

/** Everything that is wrong with a stack document, without opening anything. */
export function validateDocument(
  document: unknown,
  registry: Registry = nodeRegistry,
): readonly DocumentProblem[] {
  return validate(document, registry)
}

/** What documents may be made of: for forms, help and documentation. */
export function describeKinds(registry: Registry = nodeRegistry): readonly KindDescription[] {
  return registry.describe()
}
