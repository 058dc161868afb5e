import { sameBytes } from '../../bytes.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { statIfPresent } from '../../open/completion.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { EntryLog } from './entry-log.ts'
import type { IntendedChange, Outcome, RecordedValue } from './journal-entry.ts'

/** What a key holds: its value and its version. */
export interface HeldValue {
  readonly value: RecordedValue
  /** Absent if there is no value. */
  readonly etag?: string | undefined
}

/** Reads what a key holds. A value of more than `limit` bytes is only noted as too large. */
export async function heldValue(store: OpenStore, key: Key, limit: number, call: Call): Promise<HeldValue> {
  const fresh = call.with({ fresh: true })
  // The etag is read first, so that a write that matches it can replace only the value that is read here.
  const stat = await statIfPresent(store, key, fresh)
  if (stat === undefined) return { value: 'absent' }
  const { etag, size } = stat
  if (size > limit) return { value: 'too-large', etag }
  const found = await store.read(key, fresh)
  if (found === undefined) return { value: 'absent' }
  return { value: found.bytes.length > limit ? 'too-large' : found.bytes, etag }
}

/** How many bytes to read at most to decide whether a key holds one of these values. */
export function lengthToCompare(...values: readonly RecordedValue[]): number {
  return Math.max(0, ...values.map(value => (value instanceof Uint8Array ? value.length : 0)))
}

/** Whether two values are known to be equal. A value that was not recorded equals nothing. */
export function isSame(one: RecordedValue, other: RecordedValue): boolean {
  return one !== 'too-large' && areSame(one, other)
}

function areSame(a: RecordedValue, b: RecordedValue): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : sameBytes(a, b)
}

/** The outcome of a change, derived from what the key holds now. */
export async function outcomeNow(store: OpenStore, change: IntendedChange, call: Call): Promise<Outcome> {
  const { key, before, after } = change
  return outcomeOf(change, await heldValue(store, key, lengthToCompare(before, after), call))
}

/** The outcome of a change, derived from what the key held after it and before the next change. */
function outcomeOf({ before, after, etag }: IntendedChange, seen: HeldValue): Outcome {
  // Some stores restart their version numbers when they open, so an equal etag alone proves nothing.
  const isSameVersion = etag !== undefined && seen.etag === etag
  if (isSameVersion && (before === 'too-large' || isSame(before, seen.value))) return 'not-made'
  if (isSame(after, seen.value)) return 'made'
  return isSame(before, seen.value) ? 'not-made' : 'unknown'
}

/** A write whose outcome is to be determined. */
interface OpenQuestion {
  readonly changes: readonly IntendedChange[]
  readonly outcomes: (Outcome | undefined)[]
}

/**
 * Determines the outcomes of writes that an earlier process did not mark before it ended: from what the next write to
 * the same key found there, or for the last write of a key from what the store holds now.
 */
export async function settle(entries: EntryLog, store: OpenStore): Promise<void> {
  const questions = new Map<number, OpenQuestion>()
  const waiting = new Map<string, (next: IntendedChange) => void>()
  for await (const { sequence, intent, isSettled } of entries.fromFirstUnsettled()) {
    const { changes } = intent
    for (const next of changes) {
      waiting.get(next.key.toString())?.(next)
      waiting.delete(next.key.toString())
    }
    // A job has no changes of its own. The code that began it decides how to continue.
    if (isSettled || changes.length === 0) continue
    const question: OpenQuestion = { changes, outcomes: changes.map(() => undefined) }
    questions.set(sequence, question)
    for (const [index, change] of changes.entries()) {
      waiting.set(change.key.toString(), ({ before, etag }) => {
        question.outcomes[index] = outcomeOf(change, { value: before, etag })
      })
    }
  }
  const marks: Promise<void>[] = []
  for (const [sequence, { changes, outcomes }] of questions) {
    const found = changes.map(
      async (change, index) => outcomes[index] ?? outcomeNow(store, change, Call.plain),
    )
    const known = await Promise.allSettled(found)
    const answered = known.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    // If the store does not answer, the entry stays pending until the journal is opened again.
    if (answered.length === changes.length) marks.push(entries.mark(sequence, answered))
  }
  await Promise.all(marks)
}
