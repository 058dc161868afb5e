import type { MenuCommand } from '../../../shared/procedures/shell.ts'
import { type KeyPress, matchesShortcut, parseShortcut } from '../../ui/shortcut.tsx'

/** One thing a person can do. The palette, the shortcuts, the menus and Electron's menu all come from these. */
export interface Command {
  readonly id: string
  readonly title: string
  /** Where it stands in the application's menu; absent for what only the palette offers. */
  readonly menu?: MenuCommand['menu']
  /** As Electron spells them. All of them work; the first that the shell lets through is shown. */
  readonly shortcuts?: readonly string[]
  /** Whether its shortcuts also work while a text is being edited. */
  readonly worksWhileTyping?: boolean
  readonly isEnabled: boolean
  readonly run: () => void
}

/** Shortcuts that a browser keeps for itself. */
const KEPT_BY_BROWSERS: ReadonlySet<string> = new Set([
  'CmdOrCtrl+N',
  'CmdOrCtrl+T',
  'CmdOrCtrl+W',
  'CmdOrCtrl+Shift+N',
  'CmdOrCtrl+Shift+T',
  'CmdOrCtrl+Shift+W',
  'Ctrl+Tab',
  'Ctrl+Shift+Tab',
])

/** The shortcut to show for a command in this shell, as Electron spells it. */
export function shownShortcut(
  { shortcuts = [] }: Pick<Command, 'shortcuts'>,
  shell: 'electron' | 'web',
): string | undefined {
  return shortcuts.find(shortcut => shell === 'electron' || !KEPT_BY_BROWSERS.has(shortcut))
}

/** The command that a key press stands for, enabled or not. */
export function commandForPress(
  commands: readonly Command[],
  press: KeyPress,
  { isTyping, isMac }: { readonly isTyping: boolean; readonly isMac: boolean },
): Command | undefined {
  return commands.find(
    ({ shortcuts = [], worksWhileTyping = false }) =>
      (worksWhileTyping || !isTyping) &&
      shortcuts.some(shortcut => matchesShortcut(parseShortcut(shortcut, isMac), press)),
  )
}

/** Whether keys pressed at `target` write text there. */
export function isTextTarget(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true
  return target instanceof HTMLInputElement && !NO_TEXT_INPUTS.has(target.type)
}

const NO_TEXT_INPUTS: ReadonlySet<string> = new Set([
  'button',
  'checkbox',
  'radio',
  'range',
  'submit',
  'reset',
])
