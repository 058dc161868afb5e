import type { DocumentProblem } from './document.ts'
import { validateDocument as validate } from './parse.ts'
import { pureKinds } from './pure-kinds.ts'
import { type KindDescription, Registry } from './registry.ts'
import { openDocument } from './running-stack.ts'
import type { Stack, StackHost } from './stack.ts'

/** The kinds that run on every platform; `strata/node` has the same functions with the kinds of Node as well. */
const pureRegistry = new Registry(pureKinds)

/**
 * Opens a stack document. Close the stack to close every store in it.
 * @param host The kinds of a program that has its own.
 * @throws ConfigError (`CONFIG_INVALID`) naming the path of what is wrong.
 */
export function openStack(document: unknown, host: StackHost = {}): Promise<Stack> {
  return openDocument(document, host.registry ?? pureRegistry, host)
}

/** Everything that is wrong with a stack document, without opening anything. */
export function validateDocument(
  document: unknown,
  registry: Registry = pureRegistry,
): readonly DocumentProblem[] {
  return validate(document, registry)
}

/** The kinds that a document may use: for forms, help and documentation. */
export function describeKinds(registry: Registry = pureRegistry): readonly KindDescription[] {
  return registry.describe()
}
