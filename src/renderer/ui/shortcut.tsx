import styles from './shortcut.module.css'

/** A key combination, parsed from Electron's accelerator syntax: `CmdOrCtrl+Shift+P`. */
interface Shortcut {
  /** As `KeyboardEvent.key`; a letter is in lower case. */
  readonly key: string
  readonly control: boolean
  readonly meta: boolean
  readonly alt: boolean
  readonly shift: boolean
}

/** The part of a keyboard event that shortcuts use. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  Enter: 'Enter',
  Return: 'Enter',
  Escape: 'Escape',
  Esc: 'Escape',
  Tab: 'Tab',
  Space: ' ',
  Delete: 'Delete',
  Backspace: 'Backspace',
  Up: 'ArrowUp',
  Down: 'ArrowDown',
  Left: 'ArrowLeft',
  Right: 'ArrowRight',
  PageUp: 'PageUp',
  PageDown: 'PageDown',
  Home: 'Home',
  End: 'End',
  Plus: '+',
}

/** @throws RangeError for an unknown modifier or key. */
export function parseShortcut(text: string, isMac: boolean): Shortcut {
  const parts = text.split('+')
  const name = parts.pop() ?? ''
  const held = { control: false, meta: false, alt: false, shift: false }
  for (const part of parts) held[modifier(part, isMac, text)] = true
  return { key: keyOf(name, text), ...held }
}

/** Compares letters by their position on the keyboard if Alt or the layout produces another character. */
export function matchesShortcut(shortcut: Shortcut, press: KeyPress): boolean {
  if (
    shortcut.control !== press.ctrlKey ||
    shortcut.meta !== press.metaKey ||
    shortcut.alt !== press.altKey ||
    shortcut.shift !== press.shiftKey
  ) {
    return false
  }
  if (press.key.toLowerCase() === shortcut.key.toLowerCase()) return true
  return !isLatin(press.key) && codeOf(shortcut.key) === press.code
}

/** As shown: `Ctrl+Shift+P`, on a Mac `⇧⌘P`. */
export function formatShortcut(text: string, isMac: boolean): string {
  const { key, control, meta, alt, shift } = parseShortcut(text, isMac)
  const name = text.split('+').at(-1) ?? key
  if (isMac) {
    return `${control ? '⌃' : ''}${alt ? '⌥' : ''}${shift ? '⇧' : ''}${meta ? '⌘' : ''}${name}`
  }
  const held = [control && 'Ctrl', alt && 'Alt', shift && 'Shift', meta && 'Meta']
  return [...held.filter(part => part !== false), name].join('+')
}

function modifier(part: string, isMac: boolean, text: string): 'control' | 'meta' | 'alt' | 'shift' {
  switch (part) {
    case 'CmdOrCtrl':
      return isMac ? 'meta' : 'control'
    case 'Ctrl':
      return 'control'
    case 'Cmd':
      return 'meta'
    case 'Alt':
      return 'alt'
    case 'Shift':
      return 'shift'
    default:
      throw new RangeError(`Cannot read the shortcut "${text}": unknown modifier "${part}"`)
  }
}

function keyOf(name: string, text: string): string {
  const named = KEY_NAMES[name]
  if (named !== undefined) return named
  if (name.length === 1) return name.toLowerCase()
  if (/^F([1-9]|1\d|2[0-4])$/.test(name)) return name
  throw new RangeError(`Cannot read the shortcut "${text}": unknown key "${name}"`)
}

function isLatin(key: string): boolean {
  return /^[a-z]$/i.test(key)
}

function codeOf(key: string): string | undefined {
  if (/^[a-z]$/.test(key)) return `Key${key.toUpperCase()}`
  if (/^\d$/.test(key)) return `Digit${key}`
  if (key === '[') return 'BracketLeft'
  if (key === ']') return 'BracketRight'
  return undefined
}

/** Whether the page runs on a Mac, which has other modifier keys. */
export function isMacPlatform(): boolean {
  return typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac')
}

/** A shortcut as shown on this machine. */
export function shortcutText(shortcut: string | undefined): string | undefined {
  return shortcut === undefined ? undefined : formatShortcut(shortcut, isMacPlatform())
}

/** Shows a shortcut. It is not part of the accessible name of its button. */
export function Kbd({ children }: { readonly children: string }) {
  return (
    <kbd className={styles['kbd']} aria-hidden>
      {children}
    </kbd>
  )
}
