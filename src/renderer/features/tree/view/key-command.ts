import { actionOfLetter, type ManyKeyAction } from '../../../ui/keys/chosen-keys.ts'

/** The part of a keyboard event that the tree uses. */
export interface KeyPress {
  readonly key: string
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
}

/** The state that decides what a key does. */
export interface KeyContext {
  /** Number of the row with the focus. */
  readonly row: number
  readonly rows: number
  /** Rows that one page key moves by. */
  readonly pageRows: number
  /** Number of the row of the branch that the focused row is in; absent on the first level. */
  readonly parentRow: number | undefined
  /** Number of the first row inside the focused branch; absent while it is closed, or shows nothing yet. */
  readonly firstRowInside: number | undefined
  readonly isBranch: boolean
  readonly isOpen: boolean
  /** Whether the row shows the status of its level instead of a key. */
  readonly isStatus: boolean
  /** Whether a search text is being typed. */
  readonly isTyping: boolean
}

export type KeyCommand =
  | { readonly type: 'move'; readonly to: number; readonly how?: 'choose' | 'focus' }
  /** Something is done to the chosen keys. */
  | { readonly type: 'many'; readonly action: ManyKeyAction }
  | { readonly type: 'chooseLevel' | 'toggleChosen' | 'chooseNone' }
  | { readonly type: 'expand' | 'collapse' | 'expandSiblings' }
  | { readonly type: 'activate'; readonly as: 'any' | 'branch'; readonly isPreview: boolean }
  | { readonly type: 'rename' | 'delete' | 'menu' | 'jump' | 'retry' }
  | { readonly type: 'typeAhead'; readonly text: string }

/** The command of a key press, by the ARIA authoring practices for trees; undefined for other keys. */
export function keyCommand(press: KeyPress, context: KeyContext): KeyCommand | undefined {
  if (press.ctrlKey || press.metaKey) return chordCommand(press, context)
  if (press.altKey) {
    return press.key === 'Enter' ? { type: 'activate', as: 'branch', isPreview: false } : undefined
  }
  const moved = movement(press.key, context)
  if (moved?.type === 'move' && press.shiftKey) return { ...moved, how: 'choose' }
  return moved ?? action(press, context)
}

function chordCommand({ key, altKey, shiftKey }: KeyPress, context: KeyContext): KeyCommand | undefined {
  if (altKey) return undefined
  const moved = movement(key, context)
  if (moved?.type === 'move') return { ...moved, how: shiftKey ? 'choose' : 'focus' }
  if (key === ' ') return { type: 'toggleChosen' }
  if (!shiftKey && key.toLowerCase() === 'a') return { type: 'chooseLevel' }
  const action = actionOfLetter(key, shiftKey)
  return action && { type: 'many', action }
}

function movement(key: string, context: KeyContext): KeyCommand | undefined {
  const { row, rows, pageRows, parentRow, firstRowInside, isBranch, isOpen } = context
  const last = rows - 1
  switch (key) {
    case 'ArrowDown':
      return { type: 'move', to: Math.min(row + 1, last) }
    case 'ArrowUp':
      return { type: 'move', to: Math.max(row - 1, 0) }
    case 'PageDown':
      return { type: 'move', to: Math.min(row + pageRows, last) }
    case 'PageUp':
      return { type: 'move', to: Math.max(row - pageRows, 0) }
    case 'Home':
      return { type: 'move', to: 0 }
    case 'End':
      return { type: 'move', to: last }
    case 'ArrowRight':
      if (firstRowInside !== undefined) return { type: 'move', to: firstRowInside }
      return isBranch && !isOpen ? { type: 'expand' } : undefined
    case 'ArrowLeft':
      if (isOpen) return { type: 'collapse' }
      return parentRow === undefined ? undefined : { type: 'move', to: parentRow }
    default:
      return undefined
  }
}

function action({ key, shiftKey }: KeyPress, { isStatus, isTyping }: KeyContext): KeyCommand | undefined {
  if (key === ' ' && isTyping) return { type: 'typeAhead', text: key }
  if (isStatus && (key === 'Enter' || key === ' ')) return { type: 'retry' }
  switch (key) {
    case 'Enter':
      return { type: 'activate', as: 'any', isPreview: false }
    case ' ':
      return { type: 'activate', as: 'any', isPreview: true }
    case '*':
      return { type: 'expandSiblings' }
    // Segments contain no slash, so type-ahead does not need this key.
    case '/':
      return { type: 'jump' }
    case 'Escape':
      return { type: 'chooseNone' }
    case 'F2':
      return { type: 'rename' }
    case 'Delete':
      return { type: 'delete' }
    case 'ContextMenu':
      return { type: 'menu' }
    case 'F10':
      return shiftKey ? { type: 'menu' } : undefined
    default:
      return isCharacter(key) ? { type: 'typeAhead', text: key } : undefined
  }
}

/** Named keys (`Tab`, `F5`) have more than one character. */
function isCharacter(key: string): boolean {
  return key.length === String.fromCodePoint(key.codePointAt(0) ?? 0).length
}
