import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Decisions, SessionInfo } from '../../../../shared/procedures/sessions.ts'
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
import type { PlanView } from '../plan/plan-view.ts'

export type EditorPart = 'nodes' | 'document'

/** Where to move the keyboard focus. A new object is a new request, even for the same place. */
export type FocusRequest =
  | { readonly to: 'tree' }
  | { readonly to: 'name' }
  /** A field of the selected node; without `name`, the first required field that is empty. */
  | { readonly to: 'field'; readonly name?: string | undefined }
  | { readonly to: 'text'; readonly offset: number }

/** A change of the running stack that awaits a decision. */
export interface PendingChange {
  /** The name of the running stack. */
  readonly name: string
  /** Absent until the host has sent the plan. */
  readonly view: PlanView | undefined
  /** The documents of the running stack and of the new one, as text. Absent until the host has sent them. */
  readonly documents: { readonly before: string; readonly after: string } | undefined
  /** Makes the change with these decisions; `undefined` cancels it. */
  readonly decide: (decisions: Decisions | undefined) => void
}

/** The state of one stack editor. */
export interface EditorState {
  readonly kinds: Kinds
  readonly draft: Draft
  /** The text of the running stack, or the initial text. */
  readonly applied: string
  /** The text as it is in the file at `path`. */
  readonly saved: string | undefined
  readonly path: string | undefined
  readonly fileForm: FileForm
  /** The session of the stack, once it is open. */
  readonly session: SessionInfo | undefined
  /** Problems of the draft reported by the host. */
  readonly found: readonly Problem[]
  /** Why the draft could not be opened; cleared by the next edit. */
  readonly refused: Problem | undefined
  /** The problem visited last. */
  readonly visited: PlacedProblem | undefined
  /** Why the last request to the host failed. */
  readonly failure: string | undefined
  readonly busy: 'plan' | 'apply' | 'file' | undefined
  readonly change: PendingChange | undefined
  /** Collapsed nodes, by id. */
  readonly collapsed: ReadonlySet<string>
  readonly focus: FocusRequest | undefined
  /** The part that is shown if there is no room for both. */
  readonly part: EditorPart
}

/** Whether closing the editor would lose a text that is neither applied nor saved. */
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
  /** Edits of `text` by an earlier editor. */
  readonly draft?: string | undefined
  /** Why this text could not be opened. */
  readonly refused?: Problem | undefined
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
  const hasKind = stackOf({ draft, kinds })?.kind !== undefined
  return createStore<EditorState>(() => ({
    kinds,
    draft,
    applied: text,
    saved: initial.path === undefined ? undefined : fileText,
    path: initial.path,
    fileForm: form,
    session,
    found: [],
    refused: initial.refused,
    visited: undefined,
    failure: undefined,
    busy: undefined,
    change: undefined,
    collapsed: new Set(),
    part: 'nodes',
    focus: hasKind ? { to: 'tree' } : { to: 'field', name: 'kind' },
  }))
}

const stacks = new WeakMap<Reading, StackNode | undefined>()

/** The nodes of the last valid text, cached per text. */
export function stackOf({
  draft: { valid },
  kinds,
}: Pick<EditorState, 'draft' | 'kinds'>): StackNode | undefined {
  if (valid === undefined) return undefined
  if (!stacks.has(valid)) stacks.set(valid, readStack(valid.root, kinds))
  return stacks.get(valid)
}

const runningStacks = new WeakMap<SessionInfo, StackNode | undefined>()

/** The nodes of the session's running stack, cached per session. */
export function runningStackOf({
  session,
  applied,
  kinds,
}: Pick<EditorState, 'session' | 'applied' | 'kinds'>): StackNode | undefined {
  if (session === undefined) return undefined
  if (!runningStacks.has(session)) runningStacks.set(session, readRunning(applied, kinds))
  return runningStacks.get(session)
}

/** The stack for operations; undefined while the text is not valid JSON. */
export function editableStack(state: EditorState): Stack | undefined {
  const { draft, kinds } = state
  return draft.error === undefined ? { text: draft.text, root: stackOf(state), kinds } : undefined
}

function readRunning(applied: string, kinds: Kinds): StackNode | undefined {
  const { valid } = openDraft(applied)
  return valid === undefined ? undefined : readStack(valid.root, kinds)
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

/** Moves the keyboard focus, and shows the part of the editor that gets it. */
export function focusOn(store: EditorStore, focus: FocusRequest): void {
  store.setState(({ part }) => ({ focus, part: PARTS[focus.to] ?? part }))
}
