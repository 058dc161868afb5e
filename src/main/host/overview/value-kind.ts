import { guessEncoding, hintOf, isPlainText, packingByContent } from '../../../core/values/detect.ts'
import { imageFacts } from '../../../core/values/image-facts.ts'
import { decodeValue, type Format } from '../../../core/values/pipeline.ts'
import type { ValueKind } from '../../../shared/procedures/overview.ts'
import { compression } from '../values/compression.ts'

/** The number of first bytes of a value that its kind is determined by. */
export const HEAD = 4096

/** The maximum number of bytes that a small compressed value may unpack to. */
const UNPACKED_LIMIT = 256 * 1024

/**
 * The kind of a value by its content.
 * @param head The first bytes of the value, at most `HEAD`.
 */
export function kindOfContent(name: string, head: Uint8Array, size: number): ValueKind {
  if (size === 0) return 'empty'
  if (head.length < size) return kindOfHead(name, head)
  const { pipeline, problem } = decodeValue(head, { name, compression, limit: UNPACKED_LIMIT })
  const format = pipeline.at(-1) as Format
  return format === 'bytes' && problem !== undefined && isPacked(head) ? 'packed' : format
}

function kindOfHead(name: string, head: Uint8Array): ValueKind {
  if (isPacked(head)) return 'packed'
  if (imageFacts(head) !== undefined) return 'image'
  const text = wholeCharacters(head)
  const { hint } = hintOf(name)
  if (isPlainText(text)) {
    const first = /[^\s\ufeff]/.exec(new TextDecoder().decode(text))?.[0]
    return hint === 'json' || first === '{' || first === '[' ? 'json' : 'text'
  }
  if (hint === 'cbor' || hint === 'msgpack') return hint
  return guessEncoding(head) === undefined ? 'bytes' : 'text'
}

function isPacked(head: Uint8Array): boolean {
  const packing = packingByContent(head)
  return packing === 'gzip' || packing === 'zstd'
}

/** The bytes without a UTF-8 character that the end of the head cuts off. */
function wholeCharacters(head: Uint8Array): Uint8Array {
  let end = head.length
  while (end > 0 && end > head.length - 4 && ((head[end - 1] ?? 0) & 0xc0) === 0x80) end--
  return (head[end - 1] ?? 0) >= 0xc0 ? head.subarray(0, end - 1) : head
}

/** Common file name extensions, by kind. */
const KINDS_BY_ENDING: ReadonlyMap<string, ValueKind> = new Map(
  Object.entries({
    json: ['json', 'geojson', 'ndjson', 'map'],
    text: [
      'txt',
      'md',
      'html',
      'htm',
      'css',
      'js',
      'ts',
      'tsx',
      'jsx',
      'xml',
      'yaml',
      'yml',
      'toml',
      'csv',
      'log',
      'ini',
    ],
    image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg'],
    cbor: ['cbor'],
    msgpack: ['msgpack', 'mpk'],
    packed: ['gz', 'gzip', 'zst', 'zip', 'tgz', 'br', 'xz'],
  } satisfies Partial<Record<ValueKind, string[]>>).flatMap(([kind, endings]) =>
    endings.map(ending => [ending, kind as ValueKind] as const),
  ),
)

/** The kind of a value by the ending of its key's name. */
export function kindOfName(name: string, size: number): ValueKind {
  if (size === 0) return 'empty'
  const dot = name.lastIndexOf('.')
  return (dot < 0 ? undefined : KINDS_BY_ENDING.get(name.slice(dot + 1).toLowerCase())) ?? 'unknown'
}
