import type { MenuEntry } from '../menu.tsx'
import { formatShortcut, isMacPlatform } from '../shortcut.tsx'
import { formatNumber } from '../text/format.ts'

/** The actions on selected keys of a tree, a table or a query. */
export type ManyKeyAction =
  | 'copy'
  | 'copyText'
  | 'copyValues'
  | 'cut'
  | 'paste'
  | 'duplicate'
  | 'move'
  | 'rename'
  | 'delete'

const CHANGES: ReadonlySet<ManyKeyAction> = new Set(['cut', 'paste', 'duplicate', 'move', 'rename', 'delete'])

/** Whether an action needs a stack that can be written. */
export function changesKeys(action: ManyKeyAction): boolean {
  return CHANGES.has(action)
}

const CHORDS: Readonly<Record<string, ManyKeyAction>> = {
  c: 'copy',
  x: 'cut',
  v: 'paste',
  d: 'duplicate',
}
const SHIFT_CHORDS: Readonly<Record<string, ManyKeyAction>> = { c: 'copyText', m: 'move' }

/** The action of a letter that is pressed with Ctrl or Cmd. */
export function actionOfLetter(letter: string, isShifted: boolean): ManyKeyAction | undefined {
  return (isShifted ? SHIFT_CHORDS : CHORDS)[letter.toLowerCase()]
}

/** What can be done, as a menu says it. */
export function chosenKeysMenu(count: number): MenuEntry[] {
  const held = (shortcut: string) => formatShortcut(shortcut, isMacPlatform())
  const what = count === 1 ? '' : ` ${formatNumber(count)} keys`
  return [
    { id: 'rename', label: 'Rename by pattern…' },
    { id: 'duplicate', label: 'Duplicate', shortcut: held('CmdOrCtrl+D') },
    { id: 'copy', label: 'Copy', shortcut: held('CmdOrCtrl+C') },
    { id: 'cut', label: 'Cut', shortcut: held('CmdOrCtrl+X') },
    { id: 'paste', label: 'Paste', shortcut: held('CmdOrCtrl+V') },
    { id: 'move', label: 'Move to…', shortcut: held('CmdOrCtrl+Shift+M') },
    { id: 'copyText', label: 'Copy keys as text', shortcut: held('CmdOrCtrl+Shift+C') },
    { id: 'copyValues', label: 'Copy values as JSON' },
    { id: 'delete', label: `Delete${what}`, shortcut: held('Delete'), isDangerous: true },
  ]
}
