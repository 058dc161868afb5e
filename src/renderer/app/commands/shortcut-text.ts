import { isMacPlatform } from '../../ui/platform.ts'
import { formatShortcut } from '../../ui/shortcut.ts'

/** A shortcut as people read it on this machine. */
export function shortcutText(shortcut: string | undefined): string | undefined {
  return shortcut === undefined ? undefined : formatShortcut(shortcut, isMacPlatform())
}
