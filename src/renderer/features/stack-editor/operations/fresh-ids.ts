import { memberOf, stringOf } from '../json/json-node.ts'
import { type StackNode, walk } from '../model/stack-node.ts'

/** Gives new nodes ids that no other node of the document has: `memory-1`, `memory-2`. */
export class FreshIds {
  readonly #taken: Set<string>

  constructor(root: StackNode | undefined) {
    const nodes = root === undefined ? [] : walk(root)
    this.#taken = new Set(nodes.flatMap(node => idOf(node) ?? []))
  }

  next(kind: string): string {
    let number = 1
    while (this.#taken.has(`${kind}-${number}`)) number++
    const id = `${kind}-${number}`
    this.#taken.add(id)
    return id
  }
}

export function idOf(node: StackNode): string | undefined {
  return stringOf(memberOf(node.json, 'id')?.value)
}
