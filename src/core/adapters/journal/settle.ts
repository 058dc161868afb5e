import type { BinaryDatastore } from '../../datastore.ts'
import type { EntryLog } from './entry-log.ts'
import { outcomeNow, outcomeOf } from './held-value.ts'
import type { IntendedChange, Outcome } from './record-codec.ts'

/** A write of which it is to be found out what became. */
interface OpenQuestion {
  readonly changes: readonly IntendedChange[]
  readonly outcomes: (Outcome | undefined)[]
}

/**
 * Finds out what became of the writes that a process did not live to mark: what the next write to the same key found
 * there tells, and for the last one what the store holds now.
 */
export async function settle(entries: EntryLog, store: BinaryDatastore): Promise<void> {
  const questions = new Map<number, OpenQuestion>()
  const waiting = new Map<string, (next: IntendedChange) => void>()
  for await (const { sequence, intent, isSettled } of entries.fromFirstUnsettled()) {
    const { changes } = intent
    for (const next of changes) {
      waiting.get(next.key.toString())?.(next)
      waiting.delete(next.key.toString())
    }
    if (isSettled) continue
    const question: OpenQuestion = { changes, outcomes: changes.map(() => undefined) }
    questions.set(sequence, question)
    for (const [index, change] of changes.entries()) {
      waiting.set(change.key.toString(), ({ before, etag }) => {
        question.outcomes[index] = outcomeOf(change, { value: before, etag })
      })
    }
  }
  for (const [sequence, { changes, outcomes }] of questions) {
    const found = changes.map(async (change, index) => outcomes[index] ?? outcomeNow(store, change))
    await entries.mark(sequence, await Promise.all(found))
  }
}
