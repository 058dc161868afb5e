import type { FailureCode } from '../../../../shared/values.ts'

/** Advice for a failure, where there is any; what happened is said by its message. */
export function whatToTry(code: FailureCode): string | undefined {
  switch (code) {
    case 'READ_ONLY':
      return 'Unlock the stack to write to it. If it is unlocked, the disk below it is read-only. Your edits stay here.'
    case 'ACCESS_DENIED':
      return 'Check the permissions of the store, then try again.'
    case 'IO':
    case 'TIMEOUT':
      return 'Check that the store can be reached and has space, then try again.'
    case 'CONNECTION':
    case 'CLOSED':
      return 'Try again when the stack is open again; your edits stay here.'
    case 'CORRUPT':
      return 'The stored bytes are damaged: restore the value from a copy.'
    case 'UNSUPPORTED':
      return 'This stack cannot do that.'
    default:
      return undefined
  }
}
