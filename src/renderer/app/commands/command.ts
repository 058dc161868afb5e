import type { MenuCommand } from '../../../shared/procedures/shell.ts'
import { type KeyPress, matchesShortcut, parseShortcut } from '../../ui/shortcut.tsx'

/** A command, from which the palette, the shortcuts, the menus and Electron's menu are made. */
export interface Command {
  readonly id: string
  readonly title: string
  /** Its place in the application's menu; absent for commands that only the palette offers. */
  readonly menu?: MenuCommand['menu']
  /** In Electron's accelerator syntax. All of them work; the first one available in this shell is shown. */
  readonly shortcuts?: readonly string[]
  /** Whether its shortcuts also work while a text is being edited. */
  readonly worksWhileTyping?: boolean
  /** Whether fields and editors have a command of their own with its shortcuts. */
  readonly isOfText?: boolean
  readonly isEnabled: boolean
  readonly run: () => void
}

/** Shortcuts that browsers reserve. */
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

/** The shortcut to show for a command in this shell, in Electron's accelerator syntax. */
export function shownShortcut(
  { shortcuts = [] }: Pick<Command, 'shortcuts'>,
  shell: 'electron' | 'web',
): string | undefined {
  return shortcuts.find(shortcut => shell === 'electron' || !KEPT_BY_BROWSERS.has(shortcut))
}

/** The command with the pressed shortcut, enabled or not. */
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

/** Whether `target` accepts typed text. */
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
