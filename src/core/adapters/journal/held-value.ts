import { sameBytes } from '../../bytes.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { statIfPresent } from '../../open/completion.ts'
import type { OpenStore } from '../../open/open-store.ts'
import type { EntryLog } from './entry-log.ts'
import type { IntendedChange, Outcome, RecordedValue } from './journal-entry.ts'

/** What a key holds now. */
export interface HeldValue {
  readonly value: RecordedValue
  /** Absent where there is no value. */
  readonly etag?: string | undefined
}

/** What a key holds, its value only if it has no more than `limit` bytes. */
export async function heldValue(store: OpenStore, key: Key, limit: number, call: Call): Promise<HeldValue> {
  const fresh = call.with({ fresh: true })
  // The etag is the first of the two, so that a write which matches it replaces what is read here and nothing else.
  const stat = await statIfPresent(store, key, fresh)
  if (stat === undefined) return { value: 'absent' }
  const { etag, size } = stat
  if (size > limit) return { value: 'too-large', etag }
  const found = await store.read(key, fresh)
  if (found === undefined) return { value: 'absent' }
  return { value: found.bytes.length > limit ? 'too-large' : found.bytes, etag }
}

/** The bytes that have to be read to tell whether a key holds one of these values. */
export function lengthToCompare(...values: readonly RecordedValue[]): number {
  return Math.max(0, ...values.map(value => (value instanceof Uint8Array ? value.length : 0)))
}

/** Whether two values are known to be the same; of one that was not recorded nothing is known. */
export function isSame(one: RecordedValue, other: RecordedValue): boolean {
  return one !== 'too-large' && areSame(one, other)
}

function areSame(a: RecordedValue, b: RecordedValue): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : sameBytes(a, b)
}

/** What became of a change, by what the key holds now. */
export async function outcomeNow(store: OpenStore, change: IntendedChange, call: Call): Promise<Outcome> {
  const { key, before, after } = change
  return outcomeOf(change, await heldValue(store, key, lengthToCompare(before, after), call))
}

/** What became of a change, by what was seen at the key after it and before the next one. */
function outcomeOf({ before, after, etag }: IntendedChange, seen: HeldValue): Outcome {
  // Some stores begin to count their versions anew when they open, so an etag alone says too little.
  const isSameVersion = etag !== undefined && seen.etag === etag
  if (isSameVersion && (before === 'too-large' || isSame(before, seen.value))) return 'not-made'
  if (isSame(after, seen.value)) return 'made'
  return isSame(before, seen.value) ? 'not-made' : 'unknown'
}

/** A write of which it is to be found out what became. */
interface OpenQuestion {
  readonly changes: readonly IntendedChange[]
  readonly outcomes: (Outcome | undefined)[]
}

/**
 * Finds out what became of the writes that a process did not live to mark: what the next write to the same key found
 * there tells, and for the last one what the store holds now.
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
    // What a job was doing is known to whoever began it.
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
    const told = known.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    // A store that does not answer now is asked when the journal opens next; until then the entry is pending.
    if (told.length === changes.length) marks.push(entries.mark(sequence, told))
  }
  await Promise.all(marks)
}
