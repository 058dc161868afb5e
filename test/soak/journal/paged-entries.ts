import type { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import { collect } from '../../../src/testkit/suite.ts'

/** All entries up to the latest, a few at a time. */
export async function pagedEntries(
  store: JournalDatastore,
  reverse: boolean,
  latest = Number.POSITIVE_INFINITY,
): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = []
  for (let after = reverse ? Number.MAX_SAFE_INTEGER : 0; ; after = entries.at(-1)?.sequence ?? after) {
    const page = await collect(store.entries({ after, limit: 7, reverse }))
    entries.push(...page.filter(({ sequence }) => sequence <= latest))
    if (page.length === 0 || (page.at(-1)?.sequence ?? 0) > latest) return entries
  }
}
