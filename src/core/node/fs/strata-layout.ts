import { createHash } from 'node:crypto'
import { type Key, segmentProblem } from '../../key.ts'
import type { FolderEntry, Label, LabelReader, Layout, Meaning, Place } from './layout.ts'

/** The extension of the file that holds a value, so that `a` as a value and `a` as a folder differ. */
export const VALUE_SUFFIX = '.val'
/** The extension of the file that holds the full text of a segment too long to be a name. */
export const LABEL_SUFFIX = '.name'

const MAX_LENGTH = 200
const HEAD = 158
const HASH_DIGITS = 40
/** No escape begins like this, so no short name looks like a long one. */
const LONG_MARK = '%-'

const SAFE_SEGMENT = /^[a-z0-9_-](?:[a-z0-9_.,=+@#()-]*[a-z0-9_-])?$/
const UNSAFE = /[^a-z0-9 _.,=+@#()[\]{}!$&';-]/gu
const UNSAFE_EDGE = /^[ .]|[ .]$/g
const ENDS_AS_VALUE = /\.val$/
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$) *(?:\.|$)/
const ESCAPES = /(?:%[0-9a-f]{2})+|\^[a-z]/g

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * The name of `segment` on disk: lower-case ASCII only, so that neither case folding nor normalization makes two names
 * equal, and valid on Linux, macOS and Windows.
 *
 * An upper-case letter is `^` and the lower-case one. Every other character that is not safe is the `%xx` of its UTF-8
 * bytes: a dot or space at either end, the first letter of a device name (`con`), the dot of a final `.val`, and `~`
 * (which could conflict with the short name that Windows gives to another file). A name longer than 200 bytes is cut
 * and ends in `%-` and 40 digits of the segment's SHA-256.
 */
export function encodeSegment(segment: string): string {
  const name = isSafeSegment(segment) ? segment : escapeSegment(segment)
  return name.length <= MAX_LENGTH ? name : shorten(name, segment)
}

/** Whether a name represents a segment whose text is in a label next to it. */
export function isLongName(name: string): boolean {
  return name.includes(LONG_MARK)
}

/** The segment that `encodeSegment` encodes to this name; `undefined` for every name that it never returns. */
export function decodeName(name: string): string | undefined {
  if (isSafeSegment(name)) return name.length <= MAX_LENGTH ? name : undefined
  const segment = unescapeName(name)
  return segmentProblem(segment) === undefined && encodeSegment(segment) === name ? segment : undefined
}

function isSafeSegment(segment: string): boolean {
  return SAFE_SEGMENT.test(segment) && !DEVICE.test(segment) && !ENDS_AS_VALUE.test(segment)
}

function escapeSegment(segment: string): string {
  const name = segment
    .replace(UNSAFE, character =>
      /[A-Z]/.test(character) ? `^${character.toLowerCase()}` : percentOf(character),
    )
    .replace(UNSAFE_EDGE, percentOf)
    .replace(ENDS_AS_VALUE, '%2eval')
  return DEVICE.test(name) ? percentOf(name.slice(0, 1)) + name.slice(1) : name
}

function percentOf(text: string): string {
  return Buffer.from(text).toString('hex').replace(/../g, '%$&')
}

/** Decodes escapes without checking them. Encoding the result again shows whether `name` is valid. */
function unescapeName(name: string): string {
  return name.replace(ESCAPES, escaped =>
    escaped.startsWith('^')
      ? escaped.slice(1).toUpperCase()
      : utf8.decode(Buffer.from(escaped.replaceAll('%', ''), 'hex')),
  )
}

function shorten(name: string, segment: string): string {
  const head = name.slice(0, HEAD).replace(/(?:%.?|\^)$/, '')
  const hash = createHash('sha256').update(segment).digest('hex').slice(0, HASH_DIGITS)
  return head + LONG_MARK + hash
}

/** The folder that holds the marker and temporary files. No key maps to it: encoded names begin with no dot. */
export const PRIVATE_FOLDER = '.strata'

/**
 * The layout for every key: the value of `/a/b` is the file `a/b.val`, keys below it are in the folder `a/b`. Names are
 * encoded (see `encodeSegment`).
 */
export const strataLayout: Layout = {
  name: 'strata',
  marker: { layout: 'strata', version: 1 },
  tempFolder: [PRIVATE_FOLDER, 'tmp'],
  keepsTempFolder: true,
  ownsFolders: true,
  distinguishesByName: true,
  hasShelves: false,
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

/** The encoded segment that an entry is about; `undefined` for labels and for files that are not the store's. */
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
