import { type ReactNode, useMemo } from 'react'
import type { NodeChange } from '../../ui/change-badge.tsx'
import { nodeTitle } from './model/stack-node.ts'
import { dropOf } from './operations/move-node.ts'
import { changesText, compareNodes } from './plan/draft-changes.ts'
import { operate, select } from './state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from './state/editor-context.ts'
import { editableStack, focusOn, runningStackOf, stackOf } from './state/editor-store.ts'
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
  /** Compared with the running stack; absent for a node that stays as it is. */
  readonly change: NodeChange | undefined
}

/** The draft, for what draws it. */
export interface DrawnDraft {
  readonly nodes: readonly DraftNode[]
  /** `2 new, 1 changed`; empty for nothing. */
  readonly changes: string
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  /** What it would do to drop a node, in words; absent where nothing can be dropped. */
  readonly dropOf: (
    id: string,
    place: DraftPlace,
  ) => { readonly text: string; readonly isPossible: boolean } | undefined
  readonly onDrop: (id: string, place: DraftPlace) => void
}

/** A node of the drawing, or the edge that leads to it. */
interface DraftPlace {
  readonly type: 'node' | 'edge'
  readonly id: string
}

/** The drawing of the draft, which the window supplies. A node that is pressed is the one that the form edits. */
export function DraftDrawing({ draw }: { readonly draw: (draft: DrawnDraft) => ReactNode }) {
  const { store } = useEditor()
  const root = useEditorState(stackOf)
  const text = useEditorState(state => state.draft.valid?.text ?? '')
  const selected = useEditorState(state => state.draft.selected)
  const problems = useProblems()
  const running = useEditorState(runningStackOf)
  const applied = useEditorState(state => state.applied)
  const all = useMemo(() => (root === undefined ? [] : compareNodes(root, running)), [root, running])
  const nodes = useMemo(() => {
    const marks = rowMarks(problems)
    return all.map(({ node, depth, change }) => {
      const isRemoved = change === 'removed'
      return {
        id: isRemoved ? `removed ${node.id}` : node.id,
        kind: node.kind ?? '',
        label: nodeTitle(node),
        path: node.id,
        depth,
        detail: nodeDetail(node, isRemoved ? applied : text),
        hasProblem: !isRemoved && marks.get(node.id, false).errors > 0,
        change,
      }
    })
  }, [all, text, applied, problems])
  const dropAt = (id: string, place: DraftPlace) => {
    const find = (wanted: string) => present.find(({ node }) => node.id === wanted)?.node
    const [dragged, node] = [find(id), find(place.id)]
    return dragged && node && dropOf(dragged, { type: place.type, node })
  }
  const present = all.filter(({ change }) => change !== 'removed')
  return draw({
    nodes,
    changes: changesText(all),
    chosen: present.find(({ node: { path } }) => String(path) === String(selected))?.node.id,
    dropOf: (id, place) => {
      if (id === place.id) return undefined
      const drop = dropAt(id, place)
      if (drop === undefined) return undefined
      if (editableStack(store.getState()) === undefined)
        return { text: 'The text is not valid JSON', isPossible: false }
      const { label, check } = drop
      return {
        text: check.isPossible ? label : `${label} (${check.reason})`,
        isPossible: check.isPossible,
      }
    },
    onDrop: (id, place) => {
      const drop = dropAt(id, place)
      if (drop?.check.isPossible === true) operate(store, drop.run, { to: 'tree' })
    },
    onChoose: id => {
      const chosen = present.find(({ node }) => node.id === id)
      if (chosen === undefined) return
      select(store, chosen.node.path)
      focusOn(store, { to: 'tree' })
    },
  })
}
