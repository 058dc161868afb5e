import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SessionInfo } from '../../../../shared/procedures/sessions.ts'
import { JsonSyntaxError, parseJson } from '../json/parse-json.ts'
import { openDraft, type Reading } from '../model/draft.ts'
import { readFileText } from '../model/file-form.ts'
import { type Kinds, readStack, type StackNode } from '../model/stack-node.ts'
import { adoptIds } from '../operations/adopt-ids.ts'
import type { Stack } from '../operations/stack-edit.ts'
import type { EditorState } from './editor-state.ts'

export type EditorStore = StoreApi<EditorState>

export interface InitialDocument {
  readonly text: string
  readonly path?: string | undefined
}

export function createEditorStore(
  initial: InitialDocument,
  session: SessionInfo | undefined,
  kinds: Kinds,
): EditorStore {
  const { text: fileText, form } = readFileText(initial.text)
  const text = session === undefined ? fileText : withIds(fileText, session, kinds)
  const draft = openDraft(text)
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
