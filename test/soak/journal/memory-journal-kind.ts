import { z } from 'zod'
import { type JournalDatastore, journal } from '../../../src/core/adapters/journal/journal.ts'
import type { JournalLog } from '../../../src/core/adapters/journal/journal-log.ts'
import { memoryJournal } from '../../../src/core/adapters/journal/memory-journal.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { defineKind, onlyChild } from '../../../src/core/stack/kind.ts'

const logs = new WeakMap<BinaryDatastore, JournalLog>()

/** A journal whose log is lost with the stack. */
export const memoryJournalKind = defineKind({
  kind: 'memory-journal',
  label: 'Journal in memory',
  help: '',
  schema: z.strictObject({ maxBytes: z.number().optional() }),
  children: 'one',
  childrenField: 'store',
  data: 'below',
  open: async ({ maxBytes }, children, { path }) => {
    const log = memoryJournal({ maxBytes })
    return remember(await journal(onlyChild(children, path), { log }), log)
  },
})

/** Registers the log of a journal. */
export function remember(store: JournalDatastore, log: JournalLog): JournalDatastore {
  logs.set(store, log)
  return store
}

/** The log of a journal in memory. */
export function logOf(store: JournalDatastore): JournalLog {
  const log = logs.get(store)
  if (log === undefined) throw new Error('Nobody remembered the log of this journal')
  return log
}
