import { formFields } from '../form/form-fields.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import { select } from '../state/edit-actions.ts'
import type { EditorStore } from '../state/editor-store.ts'
import { focusOn } from '../state/focus-on.ts'

/** Selects the node and moves the keyboard to the field that is wrong; to the text where there is no such field. */
export function goToProblem(store: EditorStore, problem: PlacedProblem): void {
  const { node, field, from } = problem
  store.setState({ visited: problem })
  if (node !== undefined) select(store, node.path)
  const names = ['kind', 'label', ...formFields(node?.info).map(({ name }) => name)]
  if (node === undefined && field === 'name') focusOn(store, { to: 'name' })
  else if (node !== undefined && field !== undefined && names.includes(field))
    focusOn(store, { to: 'field', name: field })
  else focusOn(store, { to: 'text', offset: from })
}

/** The problem after the one gone to last, round and round. */
export function nextProblem(
  problems: readonly PlacedProblem[],
  last: PlacedProblem | undefined,
  by: 1 | -1,
): PlacedProblem | undefined {
  const index = problems.findIndex(({ path, message }) => path === last?.path && message === last.message)
  const start = index < 0 && by < 0 ? 0 : index
  return problems.at((start + by) % Math.max(1, problems.length))
}
