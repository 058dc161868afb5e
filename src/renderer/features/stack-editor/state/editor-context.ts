import { createContext, useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Client } from '../../../api/client.ts'
import type { Shell } from '../../../api/shell.ts'
import { allProblems } from '../model/all-problems.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import { nodeOf, type StackNode } from '../model/stack-node.ts'
import type { EditorState } from './editor-state.ts'
import { type EditorStore, runningStackOf, stackOf } from './editor-store.ts'

export interface Editor {
  readonly store: EditorStore
  readonly client: Client
  readonly shell: Shell
}

export const EditorContext = createContext<Editor | undefined>(undefined)

export function useEditor(): Editor {
  const editor = useContext(EditorContext)
  if (editor === undefined) throw new Error('This part works only inside a stack editor')
  return editor
}

export function useEditorState<T>(selector: (state: EditorState) => T): T {
  return useStore(useEditor().store, selector)
}

export function useSelectedNode(): StackNode | undefined {
  return useEditorState(state => nodeOf(stackOf(state), state.draft.selected))
}

/** Finds the problems of the draft, for one place that hands them to all others. */
export function useFoundProblems(store: EditorStore): readonly PlacedProblem[] {
  const draft = useStore(store, state => state.draft)
  const stack = useStore(store, stackOf)
  const found = useStore(store, state => state.found)
  const refused = useStore(store, state => state.refused)
  const running = useStore(store, runningStackOf)
  return useMemo(
    () => allProblems(draft, stack, { found, refused, running }),
    [draft, stack, found, refused, running],
  )
}

export const ProblemsContext = createContext<readonly PlacedProblem[]>([])

export function useProblems(): readonly PlacedProblem[] {
  return useContext(ProblemsContext)
}
