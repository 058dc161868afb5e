import { openDialog } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { attempt } from './failures.ts'
import { copyText, keyRenamed, moveBranch } from './key-actions.ts'

/** What the tree and the tables of children leave to the window. Keys are texts. */
export type KeyRequest =
  | { readonly type: 'newKey'; readonly below: string }
  | { readonly type: 'delete'; readonly key: string; readonly isValue: boolean; readonly isBranch: boolean }
  | { readonly type: 'copyKey'; readonly key: string }
  | { readonly type: 'renamed'; readonly from: string; readonly to: string }
  | { readonly type: 'moveBranch'; readonly from: string; readonly to: string }
  | { readonly type: 'goToKey' }

export function handleKeyRequest(services: Services, session: string, request: KeyRequest): void {
  switch (request.type) {
    case 'newKey':
      openDialog({ type: 'newKey', session, initial: levelText(request.below) })
      return
    case 'delete':
      openDialog({ ...request, type: 'delete', session })
      return
    case 'copyKey':
      attempt(() => copyText(services, request.key, `"${request.key}"`))
      return
    case 'renamed':
      keyRenamed(session, request.from, request.to)
      return
    case 'moveBranch':
      attempt(() => moveBranch(services, session, request.from, request.to))
      return
    case 'goToKey':
      openDialog({ type: 'goToKey', session })
  }
}

/** A level's key, ready for a name: `/a` → `/a/`, `/` → `/`. */
export function levelText(prefix: string): string {
  return prefix.endsWith('/') ? prefix : `${prefix}/`
}
