import type { SessionInfo } from '../../../../shared/procedures/sessions.ts'
import type { Problem } from '../../../../shared/procedures/stacks.ts'
import type { Draft } from '../model/draft.ts'
import type { FileForm } from '../model/file-form.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import type { Kinds } from '../model/stack-node.ts'

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
