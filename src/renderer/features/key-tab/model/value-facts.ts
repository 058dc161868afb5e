import { isEncoding, STAGE_NAMES, type Stage } from '../../../../core/values/pipeline.ts'
import { decodeText, type LineEnding } from './text-codec.ts'
import type { Version } from './value-calls.ts'

/** Above this many bytes JSON is highlighted but not checked while typing. */
export const JSON_CHECK_LIMIT = 4 * 1024 * 1024

/** The component that shows a value. */
export type ShownAs = 'text' | 'json' | 'cbor' | 'msgpack' | 'hex' | 'image'

export function shownAs({ decoding }: Version): ShownAs {
  const format = decoding.pipeline.at(-1) ?? 'bytes'
  if (format === 'bytes') return 'hex'
  return format === 'json' || format === 'cbor' || format === 'msgpack' || format === 'image'
    ? format
    : 'text'
}

const NAMES: Readonly<Record<LineEnding, string>> = { '\n': 'LF', '\r\n': 'CRLF', '\r': 'CR' }

/** How the lines of a text end, and whether it has a byte order mark: `CRLF`, `BOM`. */
export function textFactsOf({ bytes, decoding }: Version): readonly string[] {
  if (!decoding.pipeline.some(isEncoding)) return []
  const text = decodeText(bytes)
  if (text === undefined) return []
  const { hasBom, ending, exceptions, lines } = text
  const lineEnds = lines.length === 1 ? [] : [exceptions.size > 0 ? 'Mixed line ends' : NAMES[ending]]
  return [...lineEnds, ...(hasBom ? ['BOM'] : [])]
}

/** The name of a stage in the pipeline of a value: of an image, which sort. */
export function stageName(stage: Stage, { decoding: { image } }: Version): string {
  if (stage !== 'image' || image === undefined) return STAGE_NAMES[stage]
  const sort = image.type.slice('image/'.length).replace('+xml', '')
  return `${sort === 'webp' ? 'WebP' : sort.toUpperCase()} image`
}
