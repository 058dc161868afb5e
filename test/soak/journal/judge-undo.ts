import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import type { ErrorCode } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import type { Verdict } from '../model/verdict.ts'
import { recordedIn } from './recorded.ts'

/** The outcome of an undo or a redo. */
export interface Undone {
  readonly failed?: ErrorCode
  readonly message?: string
  /** The number of the entry for it; absent if there was nothing to do. */
  readonly made?: number
}

/**
 * The values of a key before and after; 0 for nothing, `undefined` for a value that was too large to be
 * recorded.
 */
export interface Turn {
  readonly key: string
  readonly from: number | undefined
  readonly to: number | undefined
}

export function turnsOf(action: 'undo' | 'redo', entry: JournalEntry): readonly Turn[] {
  return recordedIn(entry).map(({ key, before, after }) =>
    action === 'undo' ? { key, from: after, to: before } : { key, from: before, to: after },
  )
}

const FITS = 'an undo has a possible result'

/** Computes from the outcome of an undo or a redo what the store may hold now. */
export function judgeUndo(verdict: Verdict, turns: readonly Turn[], outcome: Undone): void {
  const { state } = verdict
  // A failed `putNew` may have stored the recorded value.
  for (const { key } of turns) state.adopt(Key.parse(key))
  const isRecorded = turns.every(({ from, to }) => from !== undefined && to !== undefined)
  if (outcome.failed !== undefined) {
    judgeFailed(verdict, turns, outcome, isRecorded)
    return
  }
  state.ledger.hold(FITS, isRecorded, () => 'a value came back that was too large to be recorded')
  if (outcome.made === undefined) {
    for (const { key, to } of turns)
      state.narrow(FITS, key, serial => serial === to, 'was found to need no undo')
    return
  }
  state.ledger.hold(
    FITS,
    turns.some(({ key, from }) => from !== undefined && state.of(key).has(from)),
    () => `there was nothing to be done about ${turns.map(({ key }) => key).join(' ')}`,
  )
  for (const { key, from, to = 0 } of turns) {
    state.narrow(FITS, key, serial => serial === from || serial === to, `went from ${from} to ${to}`)
    state.set(key, [to])
  }
}

function judgeFailed(verdict: Verdict, turns: readonly Turn[], outcome: Undone, isRecorded: boolean): void {
  const { state, excuses } = verdict
  const isChanged = turns.some(({ key, from, to }) =>
    [...state.of(key)].some(serial => serial !== from && serial !== to),
  )
  const isBlocked = turns.some(({ key }) => verdict.blocked(key) !== false)
  const isRefused = verdict.isRefused(outcome, [
    !isRecorded && 'UNSUPPORTED',
    (isChanged || isBlocked || excuses.isRepeated) && 'CONFLICT',
  ])
  if (!isRefused || excuses.isRepeated) {
    for (const { key, from, to } of turns) {
      if (from !== undefined && to !== undefined && state.of(key).has(from)) state.widen(key, [to])
    }
    return
  }
  const [turn] = turns
  if (outcome.failed !== 'CONFLICT' || isBlocked || turn === undefined || turns.length > 1) return
  const { key, from, to } = turn
  state.narrow(FITS, key, serial => serial !== from && serial !== to, 'was changed since')
}
