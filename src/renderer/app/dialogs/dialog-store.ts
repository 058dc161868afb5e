import { create } from 'zustand'
import type { PathRequest } from '../../api/shell.ts'
import { keepFocus } from '../regions.ts'

/** A question. The answer is the id of a button, or `undefined` if it was dismissed. */
export interface Question {
  readonly title: string
  readonly message: string
  /** Things it is about, one a line. */
  readonly list?: readonly string[]
  readonly buttons: readonly {
    readonly id: string
    readonly label: string
    readonly variant?: 'plain' | 'primary' | 'danger'
  }[]
}

export interface DeleteTarget {
  readonly session: string
  readonly key: string
  readonly isValue: boolean
  readonly isBranch: boolean
}

export interface RenameTarget {
  readonly session: string
  readonly key: string
  /** Whether everything below the key moves with it. */
  readonly isBranch: boolean
}

export type DialogRequest =
  | { readonly type: 'palette' }
  | { readonly type: 'open'; readonly initial?: string; readonly note?: string }
  | { readonly type: 'goToKey'; readonly session: string }
  | { readonly type: 'newKey'; readonly session: string; readonly initial: string }
  | ({ readonly type: 'delete' } & DeleteTarget)
  | ({ readonly type: 'rename' } & RenameTarget)
  | {
      readonly type: 'question'
      readonly question: Question
      readonly answer: (id: string | undefined) => void
    }
  | {
      readonly type: 'path'
      readonly request: PathRequest
      readonly answer: (path: string | undefined) => void
    }

export type OpenDialog = DialogRequest & { readonly id: number }

/** Open dialogs; the last one is on top. */
export const useDialogs = create<{ readonly dialogs: readonly OpenDialog[] }>(() => ({ dialogs: [] }))

let lastId = 0

/**
 * Opens a dialog. Only one of each type is open at a time, except questions and paths, whose callers wait for an
 * answer.
 */
export function openDialog(request: DialogRequest): void {
  const isWaitedFor = request.type === 'question' || request.type === 'path'
  const dialog = { ...request, id: ++lastId }
  useDialogs.setState(({ dialogs }) => ({
    dialogs: [...dialogs.filter(other => isWaitedFor || other.type !== request.type), dialog],
  }))
}

export function closeDialog(id: number): void {
  useDialogs.setState(({ dialogs }) => ({ dialogs: dialogs.filter(dialog => dialog.id !== id) }))
  keepFocus()
}

export function ask(question: Question): Promise<string | undefined> {
  return new Promise(answer => openDialog({ type: 'question', question, answer }))
}

export function askPath(request: PathRequest): Promise<string | undefined> {
  return new Promise(answer => openDialog({ type: 'path', request, answer }))
}
