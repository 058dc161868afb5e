import type { DocumentProblem } from './document.ts'
import { validateDocument as validate } from './parse.ts'
import { pureKinds } from './pure-kinds.ts'
import { type KindDescription, Registry } from './registry.ts'
import { openDocument } from './running-stack.ts'
import type { Stack, StackHost } from './stack.ts'

/** The functions for stack documents. `strata/node` has the same ones with the kinds of Node as well. */
interface Stacks {
  /**
   * Opens a stack document. Closing the stack closes every store in it.
   * @param host The folder that relative paths are resolved against, and the program's own kinds.
   * @throws ConfigError (`CONFIG_INVALID`) naming the path of the problem.
   */
  openStack(this: void, document: unknown, host?: StackHost): Promise<Stack>
  /** All problems of a stack document. Nothing is opened. */
  validateDocument(this: void, document: unknown, registry?: Registry): readonly DocumentProblem[]
  /** The available kinds: for forms, help and documentation. */
  describeKinds(this: void, registry?: Registry): readonly KindDescription[]
}

/** @param own The default kinds. */
export function stacksOf(own: Registry): Stacks {
  return {
    openStack: (document, host = {}) => openDocument(document, host.registry ?? own, host),
    validateDocument: (document, registry = own) => validate(document, registry),
    describeKinds: (registry = own) => registry.describe(),
  }
}

export const { openStack, validateDocument, describeKinds } = stacksOf(new Registry(pureKinds))
