import { type ReactNode, useMemo } from 'react'
import { nodeTitle, type StackNode, walk } from './model/stack-node.ts'
import { select } from './state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from './state/editor-context.ts'
import { focusOn, stackOf } from './state/editor-store.ts'
import { nodeDetail, rowMarks } from './tree/tree-rows.ts'

/** A node of the draft as it is drawn: each before its children. */
export interface DraftNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly path: string
  readonly depth: number
  /** Below its name: its kind and options. */
  readonly detail: string
  readonly hasProblem: boolean
}

/** The draft, for what draws it. */
export interface DrawnDraft {
  readonly nodes: readonly DraftNode[]
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

/** The drawing of the draft, which the window supplies. A node that is pressed is the one that the form edits. */
export function DraftDrawing({ draw }: { readonly draw: (draft: DrawnDraft) => ReactNode }) {
  const { store } = useEditor()
  const root = useEditorState(stackOf)
  const text = useEditorState(state => state.draft.good?.text ?? '')
  const selected = useEditorState(state => state.draft.selected)
  const problems = useProblems()
  const all = useMemo(() => (root === undefined ? [] : walk(root)), [root])
  const nodes = useMemo(() => {
    const marks = rowMarks(problems)
    return all.map(node => ({
      id: node.id,
      kind: node.kind ?? '',
      label: nodeTitle(node),
      path: node.id,
      depth: depthOf(node),
      detail: nodeDetail(node, text),
      hasProblem: marks.get(node.id, false).errors > 0,
    }))
  }, [all, text, problems])
  return draw({
    nodes,
    chosen: all.find(({ path }) => String(path) === String(selected))?.id,
    onChoose: id => {
      const node = all.find(other => other.id === id)
      if (node === undefined) return
      select(store, node.path)
      focusOn(store, { to: 'tree' })
    },
  })
}

function depthOf({ slot }: StackNode): number {
  return slot === undefined ? 0 : depthOf(slot.parent) + 1
}
