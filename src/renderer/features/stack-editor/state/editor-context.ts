import { createContext, useContext, useEffect, useEffectEvent, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Problem } from '../../../../shared/procedures/stacks.ts'
import { CallError, type Client, isAbortedCall } from '../../../api/client.ts'
import type { Shell } from '../../../api/shell.ts'
import { failureMessage } from '../../../ui/text/failure-message.ts'
import { allProblems, type PlacedProblem } from '../model/problems.ts'
import { nodeOf, type StackNode } from '../model/stack-node.ts'
import {
  type EditorState,
  type EditorStore,
  type FocusRequest,
  runningStackOf,
  stackOf,
} from './editor-store.ts'

interface Editor {
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

/** Computes the problems of the draft, once, for `ProblemsContext`. */
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

/**
 * Called when a component requests keyboard focus, after the change that caused the request is rendered.
 * @param follow Returns whether it handled the request; then no other handler gets it.
 */
export function useFocusRequest(follow: (request: FocusRequest) => boolean): void {
  const { store } = useEditor()
  const request = useEditorState(state => state.focus)
  const answer = useEffectEvent(follow)
  useEffect(() => {
    if (request === undefined || store.getState().focus !== request) return
    if (answer(request)) store.setState({ focus: undefined })
  }, [store, request])
}

/** Pause in typing before the text is validated, in milliseconds. */
const REST_MS = 150

/** Lets the host validate each text that is valid JSON. A newer text cancels the validation of an older one. */
export function useValidation(store: EditorStore, client: Client): void {
  const text = useStore(store, ({ draft }) => (draft.error === undefined ? draft.text : undefined))
  useEffect(() => {
    if (text === undefined) return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      validate(client, text, controller.signal)
        .then(found => {
          if (!controller.signal.aborted) store.setState({ found })
        })
        .catch((error: unknown) => {
          if (!isAbortedCall(error)) throw error
        })
    }, REST_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [store, client, text])
}

async function validate(client: Client, text: string, signal: AbortSignal): Promise<readonly Problem[]> {
  try {
    return (await client.call('stacks.validate', { text }, { signal })).problems
  } catch (error) {
    if (!(error instanceof CallError) || isAbortedCall(error)) throw error
    return [{ path: '', message: failureMessage('check this document', error.message) }]
  }
}
