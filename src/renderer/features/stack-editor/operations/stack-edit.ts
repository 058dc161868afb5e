import type { JsonPath } from '../json/json-node.ts'
import type { Kinds, StackNode } from '../model/stack-node.ts'

/** The document that the operations work on: a text and the nodes read from it. */
export interface Stack {
  readonly text: string
  readonly root: StackNode | undefined
  readonly kinds: Kinds
}

/** What an operation makes of it. */
export interface StackEdit {
  readonly text: string
  /** The node to select afterwards. */
  readonly select: JsonPath
}

/** Whether an operation can be done; if not, why, in words that follow its name. */
export type Possible = { readonly isPossible: true } | { readonly isPossible: false; readonly reason: string }

export const POSSIBLE: Possible = { isPossible: true }

export function impossible(reason: string): Possible {
  return { isPossible: false, reason }
}

export function unchanged({ text }: Stack, { path }: StackNode): StackEdit {
  return { text, select: path }
}
