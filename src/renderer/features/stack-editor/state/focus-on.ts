import type { EditorPart, FocusRequest } from './editor-state.ts'
import type { EditorStore } from './editor-store.ts'

const PARTS: Readonly<Record<FocusRequest['to'], EditorPart | undefined>> = {
  tree: 'nodes',
  field: 'nodes',
  text: 'document',
  name: undefined,
}

/** Moves the keyboard, and shows the part of the editor that it moves to. */
export function focusOn(store: EditorStore, focus: FocusRequest): void {
  store.setState(({ part }) => ({ focus, part: PARTS[focus.to] ?? part }))
}
