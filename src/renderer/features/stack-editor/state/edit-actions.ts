import { type JsonText, removeMember, renameMember, setMember } from '../json/edit-json.ts'
import type { JsonPath } from '../json/json-tree.ts'
import { type Draft, editDraft, endGroup, redo, selectNode, undo } from '../model/draft.ts'
import { nodeAtOffset, nodeOf, propertiesOf, type StackNode } from '../model/stack-node.ts'
import type { Stack, StackEdit } from '../operations/node-commands.ts'
import { type EditorStore, editableStack, type FocusRequest, focusOn, stackOf } from './editor-store.ts'

/** Applies an operation as one undo step, then moves the focus. */
export function operate(
  store: EditorStore,
  operation: (stack: Stack) => StackEdit,
  focus?: FocusRequest,
): void {
  const stack = editableStack(store.getState())
  if (stack === undefined) return
  const { text, select } = operation(stack)
  setDraft(store, draft => editDraft(endGroup(draft), { text, select, at: performance.now() }))
  if (focus !== undefined) focusOn(store, focus)
}

/** Sets an option of a node from its form. Typing in one field is one undo step. */
export function changeOption(
  store: EditorStore,
  node: StackNode,
  name: string,
  value: JsonText | undefined,
): void {
  const group = `${node.id} ${name}`
  editText(store, text => setOption(text, node, name, value), group)
}

export function changeName(store: EditorStore, value: JsonText): void {
  editText(store, text => setDocumentMember(text, 'name', value), 'name')
}

/** Changes the key of a keyed child, and with it the path of the node. */
export function renameKeyedChild(store: EditorStore, node: StackNode, name: string): void {
  const path = [...node.path.slice(0, -1), name]
  editText(store, text => renameChild(text, node, name), `${node.slot?.parent.id} at`, path)
}

function editText(
  store: EditorStore,
  change: (text: string) => string,
  group: string,
  select?: JsonPath,
): void {
  if (editableStack(store.getState()) === undefined) return
  setDraft(store, draft =>
    editDraft(draft, { text: change(draft.text), select, group, at: performance.now() }),
  )
}

/** Records text typed in the document, and selects the node at the cursor. */
export function typeText(store: EditorStore, text: string, cursor: number, group: string | undefined): void {
  setDraft(store, draft => editDraft(draft, { text, group, at: performance.now() }))
  selectAt(store, cursor)
}

/** Selects the node at an offset of the text. */
export function selectAt(store: EditorStore, offset: number): void {
  const state = store.getState()
  if (state.draft.error !== undefined) return
  const node = nodeAtOffset(stackOf(state), offset)
  if (node !== undefined) select(store, node.path)
}

export function select(store: EditorStore, path: JsonPath): void {
  setDraft(store, draft => selectNode(draft, path))
}

export function leaveField(store: EditorStore): void {
  setDraft(store, endGroup)
}

export function undoEdit(store: EditorStore): void {
  setDraft(store, undo)
}

export function redoEdit(store: EditorStore): void {
  setDraft(store, redo)
}

/** Returns to the applied text; undo restores the edits. */
export function revert(store: EditorStore): void {
  const { applied } = store.getState()
  setDraft(store, draft => editDraft(draft, { text: applied, at: performance.now() }))
}

export function setDraft(store: EditorStore, change: (draft: Draft) => Draft): void {
  const state = store.getState()
  const draft = change(state.draft)
  if (draft === state.draft) return
  const isEdited = draft.text !== state.draft.text
  store.setState({
    draft: { ...draft, selected: existing(draft, state.kinds) },
    ...(isEdited && { refused: undefined, failure: undefined }),
  })
}

/** The selected node, or its nearest ancestor that exists. */
function existing(draft: Draft, kinds: Parameters<typeof stackOf>[0]['kinds']): JsonPath {
  return nodeOf(stackOf({ draft, kinds }), draft.selected)?.path ?? draft.selected
}

/** Members that precede the options of a node. */
const HEAD = ['kind', 'id', 'label']

/** Sets an option of a node; `undefined` removes it, so that the default applies. */
export function setOption(text: string, node: StackNode, name: string, value: JsonText | undefined): string {
  if (value === undefined) return removeMember(text, node.path, name)
  const order = [...HEAD, ...propertiesOf(node.info).map(property => property.name)]
  const place = order.indexOf(name)
  return setMember(text, node.path, name, value, place < 0 ? undefined : order.slice(0, place))
}

/** Sets a member of the document itself, such as its name. */
export function setDocumentMember(text: string, name: string, value: JsonText): string {
  return setMember(text, [], name, value, ['strata'])
}

/** Changes the key of a keyed child. */
export function renameChild(text: string, { path, slot }: StackNode, name: string): string {
  return renameMember(text, path.slice(0, -1), String(slot?.step), name)
}
