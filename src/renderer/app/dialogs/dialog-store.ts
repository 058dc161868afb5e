import { create } from 'zustand'
import type { ManyAction } from '../../../shared/procedures/many.ts'
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
  /** Why it could not be undone; absent where it can be. */
  readonly why?: string | undefined
}

export interface RenameTarget {
  readonly session: string
  readonly key: string
  /** Whether everything below the key moves with it. */
  readonly isBranch: boolean
}

/** What the user is about to do to a production stack. */
export interface ProductionAct {
  /** The stack, which has to be typed. */
  readonly name: string
  /** `Delete 12 keys`: names the act, as the title and the button. */
  readonly title: string
  /** Called where the same is not to be asked again. */
  readonly onSkip: () => void
}

export type DialogRequest =
  | { readonly type: 'palette' }
  | { readonly type: 'open'; readonly initial?: string; readonly note?: string }
  | { readonly type: 'goToKey'; readonly session: string }
  | { readonly type: 'newKey'; readonly session: string; readonly initial: string }
  | ({ readonly type: 'delete' } & DeleteTarget)
  | ({ readonly type: 'rename' } & RenameTarget)
  | {
      readonly type: 'many'
      readonly session: string
      readonly action: ManyAction
      /** Whether the place or the pattern is still to be said. */
      readonly isAsking: boolean
    }
  | {
      readonly type: 'confirm'
      readonly act: ProductionAct
      readonly answer: (isConfirmed: boolean) => void
    }
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
  const isAwaited = ['question', 'confirm', 'path'].includes(request.type)
  const dialog = { ...request, id: ++lastId }
  useDialogs.setState(({ dialogs }) => ({
    dialogs: [...dialogs.filter(other => isAwaited || other.type !== request.type), dialog],
  }))
}

export function closeDialog(id: number): void {
  useDialogs.setState(({ dialogs }) => ({ dialogs: dialogs.filter(dialog => dialog.id !== id) }))
  keepFocus()
}

export function ask(question: Question): Promise<string | undefined> {
  return new Promise(answer => openDialog({ type: 'question', question, answer }))
}

/** Asks for the name of a stack before something is done to it. @returns Whether it was typed. */
export function askForName(act: ProductionAct): Promise<boolean> {
  return new Promise(answer => openDialog({ type: 'confirm', act, answer }))
}

export function askPath(request: PathRequest): Promise<string | undefined> {
  return new Promise(answer => openDialog({ type: 'path', request, answer }))
}
