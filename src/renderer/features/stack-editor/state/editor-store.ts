import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SessionInfo } from '../../../../shared/procedures/sessions.ts'
import type { Problem } from '../../../../shared/procedures/stacks.ts'
import { JsonSyntaxError, parseJson } from '../json/json-tree.ts'
import {
  type Draft,
  editDraft,
  type FileForm,
  openDraft,
  type Reading,
  readFileText,
} from '../model/draft.ts'
import type { PlacedProblem } from '../model/problems.ts'
import { type Kinds, readStack, type StackNode } from '../model/stack-node.ts'
import { adoptIds } from '../operations/new-node.ts'
import type { Stack } from '../operations/node-commands.ts'

export type EditorPart = 'nodes' | 'document'

/** Where the keyboard should go next. A new object asks anew, even for the same place. */
export type FocusRequest =
  | { readonly to: 'tree' }
  | { readonly to: 'name' }
  /** A member of the selected node; the first field that waits to be filled in when `name` is absent. */
  | { readonly to: 'field'; readonly name?: string | undefined }
  | { readonly to: 'text'; readonly offset: number }

/** Everything one stack editor shows. */
export interface EditorState {
  readonly kinds: Kinds
  readonly draft: Draft
  /** The text that runs, or the one it all began with. */
  readonly applied: string
  /** The text as it is in the file at `path`. */
  readonly saved: string | undefined
  readonly path: string | undefined
  readonly fileForm: FileForm
  /** The session that shows the stack, once there is one. */
  readonly session: SessionInfo | undefined
  /** What the host finds wrong with the draft. */
  readonly found: readonly Problem[]
  /** Why the draft could not be opened; gone with the next edit. */
  readonly refused: Problem | undefined
  /** The problem that was gone to last. */
  readonly visited: PlacedProblem | undefined
  /** Why the last thing asked of the host was not done. */
  readonly failure: string | undefined
  readonly busy: 'apply' | 'file' | undefined
  /** Collapsed nodes, by id. */
  readonly collapsed: ReadonlySet<string>
  readonly focus: FocusRequest | undefined
  /** Which part is shown where there is no room for both. */
  readonly part: EditorPart
}

/** Whether closing the editor would lose something: a text that neither runs nor is in a file. */
export function isDirty({ draft, applied, saved }: EditorState): boolean {
  return draft.text !== applied && draft.text !== saved
}

export function canApply({ draft, applied, session, busy }: EditorState): boolean {
  return draft.error === undefined && busy === undefined && (session === undefined || draft.text !== applied)
}

export type EditorStore = StoreApi<EditorState>

export interface InitialDocument {
  readonly text: string
  readonly path?: string | undefined
  /** Edits of `text` that an earlier editor left. */
  readonly draft?: string | undefined
}

export function createEditorStore(
  initial: InitialDocument,
  session: SessionInfo | undefined,
  kinds: Kinds,
): EditorStore {
  const { text: fileText, form } = readFileText(initial.text)
  const text = session === undefined ? fileText : withIds(fileText, session, kinds)
  const opened = openDraft(text)
  const draft =
    initial.draft === undefined ? opened : editDraft(opened, { text: initial.draft, at: performance.now() })
  const isBegun = stackOf({ draft, kinds })?.kind !== undefined
  return createStore<EditorState>(() => ({
    kinds,
    draft,
    applied: text,
    saved: initial.path === undefined ? undefined : fileText,
    path: initial.path,
    fileForm: form,
    session,
    found: [],
    refused: undefined,
    visited: undefined,
    failure: undefined,
    busy: undefined,
    collapsed: new Set(),
    part: 'nodes',
    focus: isBegun ? { to: 'tree' } : { to: 'field', name: 'kind' },
  }))
}

const stacks = new WeakMap<Reading, StackNode | undefined>()

/** The nodes of the last good text; the same objects as long as it is the same. */
export function stackOf({
  draft: { good },
  kinds,
}: Pick<EditorState, 'draft' | 'kinds'>): StackNode | undefined {
  if (good === undefined) return undefined
  if (!stacks.has(good)) stacks.set(good, readStack(good.root, kinds))
  return stacks.get(good)
}

const runningStacks = new WeakMap<SessionInfo, StackNode | undefined>()

/** The nodes of the stack that the session runs; the same objects as long as it is the same. */
export function runningStackOf({
  session,
  applied,
  kinds,
}: Pick<EditorState, 'session' | 'applied' | 'kinds'>): StackNode | undefined {
  if (session === undefined) return undefined
  if (!runningStacks.has(session)) runningStacks.set(session, readRunning(applied, kinds))
  return runningStacks.get(session)
}

/** What operations may work on; undefined while the text is no valid JSON. */
export function editableStack(state: EditorState): Stack | undefined {
  const { draft, kinds } = state
  return draft.error === undefined ? { text: draft.text, root: stackOf(state), kinds } : undefined
}

function readRunning(applied: string, kinds: Kinds): StackNode | undefined {
  const { good } = openDraft(applied)
  return good === undefined ? undefined : readStack(good.root, kinds)
}

function withIds(text: string, session: SessionInfo, kinds: Kinds): string {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return text
    throw error
  }
  return adoptIds(text, session.document, kinds)
}

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
