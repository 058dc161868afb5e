import type { Key } from '../../../key.ts'
import type { FolderEntry, Label, LabelReader, Layout, Meaning, Place } from '../layout.ts'
import { decodeName, encodeSegment, isLongName, LABEL_SUFFIX, VALUE_SUFFIX } from './segment-names.ts'

/** The folder that holds the marker and temporary files. No key leads here: encoded names begin with no dot. */
export const PRIVATE_FOLDER = '.strata'

/**
 * The layout for every key: the value of `/a/b` is the file `a/b.val`, what is below it is in the folder `a/b`.
 * Names are encoded (see `encodeSegment`).
 */
export const strataLayout: Layout = {
  name: 'strata',
  marker: { layout: 'strata', version: 1 },
  tempFolder: [PRIVATE_FOLDER, 'tmp'],
  keepsTempFolder: true,
  ownsFolders: true,
  tellsByName: true,
  filesAreForeign: false,

  problemOf: () => undefined,

  placeOf(key: Key): Place {
    const names = key.segments.map(encodeSegment)
    const labels = names.flatMap((name, index) =>
      isLongName(name) ? [labelOf(names.slice(0, index), name, key.segments[index] ?? '')] : [],
    )
    return { folder: names.slice(0, -1), name: (names.at(-1) ?? '') + VALUE_SUFFIX, labels }
  },

  folderOf: prefix => prefix.segments.map(encodeSegment),

  explainedBy: name => (name.endsWith(LABEL_SUFFIX) ? explainedAs(name.slice(0, -LABEL_SUFFIX.length)) : []),

  meaningOf(
    folder: readonly string[],
    entry: FolderEntry,
    labels: LabelReader,
  ): Meaning | undefined | Promise<Meaning | undefined> {
    const found = nameIn(entry)
    if (found === undefined) return undefined
    const { kind, name } = found
    if (isLongName(name)) return readLabel(folder, name, labels).then(segment => meaning(kind, segment))
    return meaning(kind, decodeName(name))
  },
}

function meaning(kind: Meaning['kind'], segment: string | undefined): Meaning | undefined {
  return segment === undefined ? undefined : { kind, segment }
}

function labelOf(folder: readonly string[], name: string, text: string): Label {
  return { folder, name: name + LABEL_SUFFIX, text, explains: explainedAs(name) }
}

function explainedAs(name: string): readonly string[] {
  return [name, name + VALUE_SUFFIX]
}

/** The encoded segment that an entry is about; `undefined` for labels and whatever is not the store's. */
function nameIn(
  entry: FolderEntry,
): { readonly name: string; readonly kind: 'value' | 'branch' } | undefined {
  if (entry.isFile() && entry.name.endsWith(VALUE_SUFFIX)) {
    return { name: entry.name.slice(0, -VALUE_SUFFIX.length), kind: 'value' }
  }
  return entry.isDirectory() ? { name: entry.name, kind: 'branch' } : undefined
}

async function readLabel(
  folder: readonly string[],
  name: string,
  labels: LabelReader,
): Promise<string | undefined> {
  const text = await labels.text(folder, name + LABEL_SUFFIX)
  return text !== undefined && encodeSegment(text) === name ? text : undefined
}
