import type { KeyboardEvent } from 'react'
import { isMacPlatform, matchesShortcut, parseShortcut } from '../../../ui/shortcut.tsx'
import { goToProblem, nextProblem } from '../problem-list.tsx'
import { type ApplyServices, applyDraft } from '../state/apply-action.ts'
import { redoEdit, revert, undoEdit } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from '../state/editor-context.ts'
import { canApply } from '../state/editor-store.ts'
import { type FileServices, load, save, saveAs } from '../state/file-actions.ts'

export interface EditorCommand {
  readonly label: string
  /** In Electron's accelerator syntax; the first one is shown. */
  readonly shortcuts: readonly string[]
  readonly isEnabled: boolean
  readonly run: () => void
}

type CommandId =
  | 'apply'
  | 'revert'
  | 'undo'
  | 'redo'
  | 'load'
  | 'save'
  | 'saveAs'
  | 'nextProblem'
  | 'previousProblem'

export type EditorCommands = Readonly<Record<CommandId, EditorCommand>>

export interface CommandServices extends Omit<ApplyServices, 'client'> {
  readonly confirmReplace: FileServices['confirmReplace']
}

/** The commands for the document as a whole, for the toolbar and the keyboard. */
export function useCommands({ onApplied, confirmApply, confirmReplace }: CommandServices): EditorCommands {
  const { store, client, shell } = useEditor()
  const problems = useProblems()
  const draft = useEditorState(state => state.draft)
  const isApplicable = useEditorState(canApply)
  const isIdle = useEditorState(state => state.busy === undefined)
  const isChanged = useEditorState(state => state.draft.text !== state.applied)
  const files: FileServices = { client, shell, confirmReplace }
  const visit = (by: 1 | -1) => {
    const problem = nextProblem(problems, store.getState().visited, by)
    if (problem !== undefined) goToProblem(store, problem)
  }
  const command = (label: string, shortcuts: readonly string[], isEnabled: boolean, run: () => void) => ({
    label,
    shortcuts,
    isEnabled,
    run,
  })
  return {
    apply: command(
      'Apply',
      ['CmdOrCtrl+Enter'],
      isApplicable,
      () => void applyDraft(store, { client, onApplied, confirmApply }),
    ),
    revert: command('Revert', [], isChanged && isIdle, () => revert(store)),
    undo: command('Undo', ['CmdOrCtrl+Z'], draft.past.length > 0, () => undoEdit(store)),
    redo: command('Redo', ['CmdOrCtrl+Shift+Z', 'CmdOrCtrl+Y'], draft.future.length > 0, () =>
      redoEdit(store),
    ),
    load: command('Load…', [], isIdle, () => void load(store, files)),
    save: command('Save', ['CmdOrCtrl+S'], isIdle, () => void save(store, files)),
    saveAs: command('Save as…', ['CmdOrCtrl+Shift+S'], isIdle, () => void saveAs(store, files)),
    nextProblem: command('Next problem', ['F8'], problems.length > 0, () => visit(1)),
    previousProblem: command('Previous problem', ['Shift+F8'], problems.length > 0, () => visit(-1)),
  }
}

/**
 * Runs the command whose shortcut was pressed. Call this in the capture phase: the text editor and the fields have
 * their own undo.
 */
export function runByKey(commands: EditorCommands, event: KeyboardEvent): void {
  const isMac = isMacPlatform()
  const isPressed = ({ shortcuts }: EditorCommand) =>
    shortcuts.some(shortcut => matchesShortcut(parseShortcut(shortcut, isMac), event))
  const command = Object.values<EditorCommand>(commands).find(isPressed)
  if (command === undefined) return
  event.preventDefault()
  event.stopPropagation()
  if (command.isEnabled) command.run()
}
