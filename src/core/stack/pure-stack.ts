import type { DocumentProblem } from './document.ts'
import { validateDocument as validate } from './parse.ts'
import { pureKinds } from './pure-kinds.ts'
import { type KindDescription, Registry } from './registry.ts'
import { openDocument } from './running-stack.ts'
import type { Stack, StackHost } from './stack.ts'

/** What a program does with stack documents. `strata/node` has the same with the kinds of Node as well. */
interface Stacks {
  /**
   * Opens a stack document. Close the stack to close every store in it.
   * @param host Where relative paths start from, and the kinds of a program that has its own.
   * @throws ConfigError (`CONFIG_INVALID`) naming the path of what is wrong.
   */
  openStack(this: void, document: unknown, host?: StackHost): Promise<Stack>
  /** Everything that is wrong with a stack document, without opening anything. */
  validateDocument(this: void, document: unknown, registry?: Registry): readonly DocumentProblem[]
  /** What documents may be made of: for forms, help and documentation. */
  describeKinds(this: void, registry?: Registry): readonly KindDescription[]
}

/** @param own The kinds of a document where its program has none of its own. */
export function stacksOf(own: Registry): Stacks {
  return {
    openStack: (document, host = {}) => openDocument(document, host.registry ?? own, host),
    validateDocument: (document, registry = own) => validate(document, registry),
    describeKinds: (registry = own) => registry.describe(),
  }
}

export const { openStack, validateDocument, describeKinds } = stacksOf(new Registry(pureKinds))
