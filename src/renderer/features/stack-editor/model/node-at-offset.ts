import type { StackNode } from '../model/stack-node.ts'

/** The deepest node whose text the offset touches. */
export function nodeAtOffset(root: StackNode | undefined, offset: number): StackNode | undefined {
  if (root === undefined || offset < root.json.from || offset > root.json.to) return undefined
  for (const child of root.children) {
    const found = nodeAtOffset(child, offset)
    if (found !== undefined) return found
  }
  return root
}
