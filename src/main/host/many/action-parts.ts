import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { ManyAction } from '../../../shared/procedures/many.ts'
import type { ActionRecord } from './action-record.ts'

/** What an action tells while it runs. */
export interface ManyProgress {
  handled(keys: number, bytes: number): void
  /** A key stays as it is; `isSkipped` where the person chose so. */
  stayed(key: Key, reason: string, isSkipped: boolean): void
}

/** What an action works with. `source` and `target` are the same where it stays within one session. */
export interface ActionParts {
  readonly record: ActionRecord
  readonly source: BinaryDatastore
  readonly target: BinaryDatastore
  readonly signal: AbortSignal
  readonly progress: ManyProgress
}

/** Whether an action takes keys away from where they are. */
export function movesAway(action: ManyAction): boolean {
  return action.type === 'delete' || action.type === 'rename' || (action.type === 'transfer' && action.isMove)
}
