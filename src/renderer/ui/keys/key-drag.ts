import type { Selection } from '../../../shared/procedures/many.ts'

/** Keys on their way from one place of the window to another. */
export interface DraggedKeys {
  readonly session: string
  readonly selection: Selection
}

/** What is dragged now. A drop reads it here: what a drag carries as text has no ranges. */
let dragged: DraggedKeys | undefined

/** Begins to drag keys. Other programs get them as text. */
export function dragKeys(transfer: DataTransfer, keys: DraggedKeys): void {
  dragged = keys
  transfer.setData('text/plain', keys.selection.keys.join('\n'))
  transfer.effectAllowed = 'copyMove'
}

export function draggedKeys(): DraggedKeys | undefined {
  return dragged
}

export function endDrag(): void {
  dragged = undefined
}
