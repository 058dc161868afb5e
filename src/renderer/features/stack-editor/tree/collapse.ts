import { isPrefix, parsePath } from '../json/json-path.ts'
import { nodeOf } from '../model/stack-node.ts'
import { select } from '../state/edit-actions.ts'
import type { EditorStore } from '../state/editor-store.ts'
import { stackOf } from '../state/editor-store.ts'

/** Collapses or expands nodes; when the selected one disappears, the one it is in takes its place. */
export function setCollapsed(store: EditorStore, ids: readonly string[], isCollapsed: boolean): void {
  const collapsed = new Set(store.getState().collapsed)
  for (const id of ids) {
    if (isCollapsed) collapsed.add(id)
    else collapsed.delete(id)
  }
  store.setState({ collapsed })
  const { draft } = store.getState()
  const hiding = isCollapsed
    ? ids.map(parsePath).find(path => path.length < draft.selected.length && isPrefix(path, draft.selected))
    : undefined
  const node = hiding && nodeOf(stackOf(store.getState()), hiding)
  if (node !== undefined) select(store, node.path)
}

export function toggleCollapsed(store: EditorStore, id: string): void {
  setCollapsed(store, [id], !store.getState().collapsed.has(id))
}
