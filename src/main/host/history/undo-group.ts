import type { JournalDatastore } from '../../../core/adapters/journal/journal.ts'
import type { JournalEntry } from '../../../core/adapters/journal/journal-entry.ts'
import { failure, hasCode, throwIfAborted } from '../../../core/errors.ts'
import type { Undone, UndoRun } from './job-undo.ts'

/** The maximum number of skipped keys that are named. */
const MAX_EXAMPLES = 5

/**
 * Undoes the writes that are recorded as parts of a job, the latest first; or redoes them, the earliest first. Keys
 * that others have changed since are left unchanged.
 * @param own The entry of this undo or redo. Its writes are recorded as parts of it.
 * @throws DatastoreError `NOT_FOUND` if some of the writes are no longer recorded. Then nothing is changed.
 */
export async function undoGroup(
  journal: JournalDatastore,
  action: 'undo' | 'redo',
  { job, own }: { readonly job: JournalEntry; readonly own: number },
  { signal, handled, expect }: Pick<UndoRun, 'signal' | 'handled' | 'expect'>,
): Promise<Undone> {
  let count = 0
  for await (const entry of membersOf(journal, job.sequence, action))
    count += Number(entry.changes.length > 0)
  expect(count)
  const within = journal.within(own)
  let done = 0
  const skipped: string[] = []
  for await (const { sequence, changes } of membersOf(journal, job.sequence, action)) {
    throwIfAborted(signal, action)
    try {
      await within[action](sequence, { signal })
      done++
    } catch (error) {
      if (!hasCode(error, 'CONFLICT') && !hasCode(error, 'UNSUPPORTED')) throw error
      skipped.push(changes[0]?.key.toString() ?? '/')
    }
    handled()
  }
  if (done === 0 && skipped.length > 0) {
    throw failure('CONFLICT', action, undefined, `each of the ${skipped.length} keys was changed since then`)
  }
  return { done, skipped: skipped.length, examples: skipped.slice(0, MAX_EXAMPLES) }
}

async function* membersOf(
  journal: JournalDatastore,
  job: number,
  action: 'undo' | 'redo',
): AsyncIterable<JournalEntry> {
  if (action === 'redo') {
    for await (const entry of journal.entries({ after: job })) if (entry.group === job) yield entry
    return
  }
  for await (const entry of journal.entries({ reverse: true })) {
    if (entry.sequence <= job) return
    if (entry.group === job) yield entry
  }
}
