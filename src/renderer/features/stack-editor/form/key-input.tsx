import type { StackNode } from '../model/stack-node.ts'
import { renameKeyedChild } from '../state/edit-actions.ts'
import { useEditor } from '../state/editor-context.ts'
import { HeldInput } from './held-input.tsx'

/** The name under which a node hangs below its parent, where that is how children are told apart. */
export function KeyInput({ node }: { readonly node: StackNode }) {
  const { store } = useEditor()
  if (node.slot?.type !== 'keyed') return null
  const own = String(node.slot.step)
  const others = new Set(
    node.slot.parent.children.map(({ slot }) => String(slot?.step)).filter(key => key !== own),
  )
  return (
    <HeldInput
      name="at"
      label="At"
      value={own}
      problems={[]}
      read={typed =>
        others.has(typed)
          ? { wrong: 'another node has this name' }
          : { take: () => renameKeyedChild(store, node, typed) }
      }
    />
  )
}
