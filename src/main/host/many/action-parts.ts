import type { BinaryDatastore } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { ManyAction } from '../../../shared/procedures/many.ts'
import type { ActionRecord } from './action-record.ts'

/** Receives the progress of an action. */
export interface ManyProgress {
  handled(keys: number, bytes: number): void
  /**
   * A key was left unchanged.
   * @param isSkipped Whether the person chose that.
   */
  stayed(key: Key, reason: string, isSkipped: boolean): void
}

/** What an action works with. `source` and `target` are the same store if it stays within one session. */
export interface ActionParts {
  readonly record: ActionRecord
  readonly source: BinaryDatastore
  readonly target: BinaryDatastore
  readonly signal: AbortSignal
  readonly progress: ManyProgress
}

/** Whether an action removes keys from their old place. */
export function movesAway(action: ManyAction): boolean {
  return action.type === 'delete' || action.type === 'rename' || (action.type === 'transfer' && action.isMove)
}
