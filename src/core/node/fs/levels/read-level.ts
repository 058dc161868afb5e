import { forEachBounded } from '../../../concurrency/for-each-bounded.ts'
import type { Key } from '../../../key.ts'
import type { FolderEntry, LabelReader, Layout, Level, Meaning } from '../layout.ts'

const SHELVES_AT_ONCE = 8
const NOTHING: Level = { values: [], branches: [] }

/** What reading a level takes. */
export interface EntryReader extends LabelReader {
  /** What is in a folder; nothing where there is no such folder. */
  entries(folder: readonly string[]): Promise<readonly FolderEntry[]>
}

/** What is one level below `prefix`, the shelves of the level included. */
export async function readLevel(layout: Layout, prefix: Key, reader: EntryReader): Promise<Level> {
  const top = layout.folderOf(prefix)
  if (top === undefined) return NOTHING
  const found: Record<Meaning['kind'], string[]> = { value: [], branch: [], shelf: [] }
  const read = async (folder: readonly string[]): Promise<void> => {
    for (const entry of await reader.entries(folder)) {
      const asked = layout.meaningOf(folder, entry, reader)
      // Most layouts know at once, and a folder may hold very many.
      const meaning = asked instanceof Promise ? await asked : asked
      if (meaning !== undefined)
        found[meaning.kind].push(meaning.kind === 'shelf' ? entry.name : meaning.segment)
    }
  }
  await read(top)
  await forEachBounded(found.shelf.splice(0), SHELVES_AT_ONCE, name => read([...top, name]))
  return { values: found.value.sort(), branches: found.branch.sort() }
}
