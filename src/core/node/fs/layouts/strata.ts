import type { Key } from '../../../key.ts'
import type { FolderEntry, Label, Layout, Level, LevelReader, Place } from '../layout.ts'
import { decodeName, encodeSegment, isLongName, LABEL_SUFFIX, VALUE_SUFFIX } from './segment-names.ts'

/** The folder that holds the marker and temporary files. No key leads here: encoded names begin with no dot. */
export const PRIVATE_FOLDER = '.strata'

/**
 * The layout for every key: the value of `/a/b` is the file `a/b.val`, what is below it is in the folder `a/b`.
 * Names are encoded (see `encodeSegment`).
 */
export const strataLayout: Layout = {
  name: 'strata',
  version: 1,
  tempFolder: [PRIVATE_FOLDER, 'tmp'],
  ownsFolders: true,
  filesAreForeign: false,

  problemOf: () => undefined,

  placeOf(key: Key): Place {
    const names = key.segments.map(encodeSegment)
    const labels = names.flatMap((name, index) =>
      isLongName(name) ? [labelOf(names.slice(0, index), name, key.segments[index] ?? '')] : [],
    )
    return { folder: names.slice(0, -1), name: (names.at(-1) ?? '') + VALUE_SUFFIX, labels }
  },

  async readLevel(prefix: Key, reader: LevelReader): Promise<Level> {
    const folder = prefix.segments.map(encodeSegment)
    const values: string[] = []
    const branches: string[] = []
    for (const entry of await reader.entries(folder)) {
      const found = nameIn(entry)
      if (found === undefined) continue
      const segment = isLongName(found.name)
        ? await readLabel(folder, found.name, reader)
        : decodeName(found.name)
      if (segment !== undefined) (found.isValue ? values : branches).push(segment)
    }
    return { values: values.sort(), branches: branches.sort() }
  },
}

function labelOf(folder: readonly string[], name: string, text: string): Label {
  return { folder, name: name + LABEL_SUFFIX, text, explains: [name, name + VALUE_SUFFIX] }
}

/** The encoded segment that an entry is about; `undefined` for labels and whatever is not the store's. */
function nameIn(entry: FolderEntry): { readonly name: string; readonly isValue: boolean } | undefined {
  if (entry.isFile() && entry.name.endsWith(VALUE_SUFFIX)) {
    return { name: entry.name.slice(0, -VALUE_SUFFIX.length), isValue: true }
  }
  return entry.isDirectory() ? { name: entry.name, isValue: false } : undefined
}

async function readLabel(
  folder: readonly string[],
  name: string,
  reader: LevelReader,
): Promise<string | undefined> {
  const text = await reader.text(folder, name + LABEL_SUFFIX)
  return text !== undefined && encodeSegment(text) === name ? text : undefined
}
