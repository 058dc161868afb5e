import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Failure } from '../../../shared/values.ts'
import { shortcutText } from '../shortcut.tsx'

/** The keys that lock and unlock the shown stack. */
export const LOCK_SHORTCUT = 'CmdOrCtrl+Shift+L'

type Writability = Pick<SessionInfo, 'isReadOnly' | 'isWritable'>

/** Why a session takes no writes; `undefined` if it takes them. Unlocking does not help where the stack takes none. */
export function noWritesReason({ isReadOnly, isWritable }: Writability): string | undefined {
  if (!isWritable) return 'the stack takes no writes'
  return isReadOnly ? 'the stack is locked' : undefined
}

/** What to do to write to a session that takes no writes. */
export function howToWrite({ isReadOnly, isWritable }: Writability): string | undefined {
  if (!isWritable) return NOT_WRITABLE
  return isReadOnly ? howToUnlock() : undefined
}

/** What to do after a write was refused (`READ_ONLY`). */
export function adviceToWrite({ isLocked }: Pick<Failure, 'isLocked'>): string {
  return isLocked === true ? howToUnlock() : NOT_WRITABLE
}

function howToUnlock(): string {
  return `Unlock it with the lock in the toolbar (${shortcutText(LOCK_SHORTCUT)}).`
}

const NOT_WRITABLE = 'A node of the stack, or the disk or server below it, takes no writes.'
