import { sameBytes } from '../bytes.ts'
import { readCbor, writeCbor } from './cbor-notation.ts'
import {
  guessEncoding,
  hintOf,
  isPlainText,
  looksLikeJson,
  mayBeStructure,
  packingByContent,
} from './detect.ts'
import { type ImageFacts, imageFacts } from './image-facts.ts'
import { canShowInvisible } from './invisible-characters.ts'
import { readMsgpack, writeMsgpack } from './msgpack-notation.ts'
import { withPlace } from './notation.ts'
import { StageError } from './stage-error.ts'
import {
  decodeTextAs,
  ENCODING_NAMES,
  encodeTextAs,
  TEXT_ENCODINGS,
  type TextEncodingName,
} from './text-encodings.ts'

/** Stages that take a compression away. */
export const UNPACKINGS = ['gzip', 'zlib', 'deflate', 'brotli', 'zstd'] as const
export type Unpacking = (typeof UNPACKINGS)[number]

/** How content is shown: the last stage of a pipeline. */
export const FORMATS = ['text', 'json', 'cbor', 'msgpack', 'image', 'bytes'] as const
export type Format = (typeof FORMATS)[number]

/**
 * A pipeline is any number of unpackings, then an encoding and `text` or `json`, or another format alone. The beginning of
 * one is a choice: what follows is detected.
 */
export type Stage = Unpacking | TextEncodingName | Format

export const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  gzip: 'gzip',
  zlib: 'zlib',
  deflate: 'deflate',
  brotli: 'Brotli',
  zstd: 'Zstandard',
  ...ENCODING_NAMES,
  text: 'Text',
  json: 'JSON',
  cbor: 'CBOR',
  msgpack: 'MessagePack',
  image: 'Image',
  bytes: 'Bytes',
}

/** Bytes that any stage may give, and characters of a notation. */
export const STAGE_LIMIT = 16 * 1024 * 1024

/** Unpackings one over another. */
const MAX_UNPACKINGS = 8

/** The compressions of a platform. Its calls are synchronous: large values belong in a worker. */
export interface Compression {
  /**
   * @param limit Bytes after which unpacking stops; no more than these are held.
   * @throws StageError for bytes that are not of this form, or give more.
   */
  unpack(stage: Unpacking, bytes: Uint8Array, limit: number): Unpacked
  /**
   * Packs `content` as `like` is packed, with what its frame says.
   * @throws StageError where the platform cannot.
   */
  pack(stage: Unpacking, content: Uint8Array, like: Uint8Array): Uint8Array
}

export interface Unpacked {
  readonly bytes: Uint8Array
  /** Why packing it again would lose something, if so. */
  readonly readOnly?: string | undefined
}

export interface DecodeOptions {
  /** The last segment of the key: its ending says what content alone cannot. */
  readonly name: string
  /** The stages that a person chose; what follows them is detected. */
  readonly choice?: readonly Stage[] | undefined
  readonly compression: Compression
  /** Bytes that a stage may give. */
  readonly limit?: number | undefined
}

/** A value as it is shown. */
export interface Decoded {
  /** All stages, the last a format. */
  readonly pipeline: readonly Stage[]
  /** The UTF-8 text of a text, of JSON or of a notation; the bytes of an image, or of what nothing decodes. */
  readonly shown: Uint8Array
  /** Bytes after each unpacking. */
  readonly sizes: readonly number[]
  readonly image?: ImageFacts | undefined
  /** Why an edit could not go back, if so. */
  readonly readOnly?: string | undefined
  /** Why a stage that was chosen, or that the content or the name calls for, was not applied. */
  readonly problem?: string | undefined
}

export const isUnpacking = (stage: Stage | undefined): stage is Unpacking =>
  (UNPACKINGS as readonly (Stage | undefined)[]).includes(stage)

export const isEncoding = (stage: Stage | undefined): stage is TextEncodingName =>
  (TEXT_ENCODINGS as readonly (Stage | undefined)[]).includes(stage)

/** What the stages so far have made of a value. */
interface Layers {
  readonly stages: Stage[]
  readonly sizes: number[]
  bytes: Uint8Array
  name: string
  readOnly: string | undefined
  problem: string | undefined
}

/**
 * Sends a value through a pipeline. Never fails: what cannot be decoded is shown as the bytes that the last good stage gave,
 * with the reason.
 */
export function decodeValue(bytes: Uint8Array, options: DecodeOptions): Decoded {
  const { choice = [], compression, limit = STAGE_LIMIT } = options
  const layers: Layers = {
    stages: [],
    sizes: [],
    bytes,
    name: options.name,
    readOnly: undefined,
    problem: undefined,
  }
  while (layers.stages.length < MAX_UNPACKINGS) {
    const chosen = choice[layers.stages.length]
    if (chosen !== undefined && !isUnpacking(chosen)) break
    const found = chosen === undefined ? detectUnpacking(layers) : { stage: chosen, isSure: true }
    if (found === undefined) break
    try {
      unpackLayer(layers, found.stage, compression, limit)
    } catch (error) {
      if (!(error instanceof StageError)) throw error
      if (!found.isSure) break
      const problem = `${STAGE_NAMES[found.stage]}: ${error.message}`
      return chosen === undefined && isPlainText(layers.bytes)
        ? detectContent(layers, limit)
        : asBytes({ ...layers, problem })
    }
  }
  return decodeContent(layers, choice.slice(layers.stages.length), limit)
}

interface Found {
  readonly stage: Unpacking
  /** Whether a failure is reported: two bytes may look like zlib by chance. */
  readonly isSure: boolean
}

function detectUnpacking({ bytes, name }: Layers): Found | undefined {
  if (bytes.length === 0) return undefined
  const stage = packingByContent(bytes)
  if (stage !== undefined && stage !== 'zlib') return { stage, isSure: true }
  const { hint } = hintOf(name)
  if (isUnpacking(hint) && hint !== 'gzip' && hint !== 'zstd') return { stage: hint, isSure: true }
  return stage === undefined || isPlainText(bytes) ? undefined : { stage, isSure: false }
}

function unpackLayer(layers: Layers, stage: Unpacking, compression: Compression, limit: number): void {
  const { bytes, readOnly } = unpack(stage, layers.bytes, compression, limit)
  const { hint, rest } = hintOf(layers.name)
  if (hint === stage) layers.name = rest
  layers.bytes = bytes
  layers.stages.push(stage)
  layers.sizes.push(bytes.length)
  layers.readOnly ??= readOnly === undefined ? undefined : `${STAGE_NAMES[stage]}: ${readOnly}`
}

/** Nothing is nothing in every form: a new value can be written in any. */
function unpack(stage: Unpacking, bytes: Uint8Array, compression: Compression, limit: number): Unpacked {
  return bytes.length === 0 ? { bytes } : compression.unpack(stage, bytes, limit)
}

function decodeContent(layers: Layers, choice: readonly Stage[], limit: number): Decoded {
  const [first, second] = choice
  try {
    if (first === undefined || isUnpacking(first)) return detectContent(layers, limit)
    if (isEncoding(first))
      return asText(layers, first, second === 'text' || second === 'json' ? second : undefined, limit)
    switch (first) {
      case 'text':
      case 'json':
        return asText(
          layers,
          isPlainText(layers.bytes) ? 'utf-8' : (guessEncoding(layers.bytes) ?? 'utf-8'),
          first,
          limit,
        )
      case 'cbor':
      case 'msgpack':
        return asNotation(layers, first, limit)
      case 'image': {
        const image = imageFacts(layers.bytes)
        if (image === undefined) throw new StageError('not PNG, JPEG, GIF, WebP, AVIF or SVG')
        return ended(layers, ['image'], layers.bytes, { image, readOnly: IMAGE_READ_ONLY })
      }
      case 'bytes':
        return asBytes(layers)
    }
  } catch (error) {
    if (!(error instanceof StageError) || first === undefined) throw error
    return asBytes({ ...layers, problem: `${STAGE_NAMES[first]}: ${error.message}` })
  }
}

const IMAGE_READ_ONLY = 'an image is edited as bytes, or as text where it is SVG'

/** Shows content as what it is, else as what the name says, else as bytes. */
function detectContent(layers: Layers, limit: number): Decoded {
  const { bytes, name } = layers
  if (bytes.length === 0) return asText(layers, 'utf-8', undefined, limit)
  const { hint } = hintOf(name)
  const named = hint === 'cbor' || hint === 'msgpack' ? tryNotation(layers, hint, limit) : undefined
  if (typeof named === 'object') return named
  const image = imageFacts(bytes)
  if (image !== undefined) return ended(layers, ['image'], bytes, { image, readOnly: IMAGE_READ_ONLY })
  const encoding = isPlainText(bytes) ? 'utf-8' : guessEncoding(bytes)
  for (const format of encoding === undefined ? (['cbor', 'msgpack'] as const) : []) {
    const found = mayBeStructure(bytes, format) ? tryNotation(layers, format, limit) : undefined
    if (typeof found === 'object') return found
  }
  if (encoding !== undefined) {
    const text = tryStage(() => asText(layers, encoding, undefined, limit))
    if (typeof text === 'object') return text
  }
  return asBytes({ ...layers, problem: named })
}

/** @returns The decoded value, or why it is none. */
function tryNotation(layers: Layers, format: 'cbor' | 'msgpack', limit: number): Decoded | string {
  const tried = tryStage(() => asNotation(layers, format, limit))
  return typeof tried === 'string' ? `${STAGE_NAMES[format]}: ${tried}` : tried
}

function tryStage<T>(decode: () => T): T | string {
  try {
    return decode()
  } catch (error) {
    if (error instanceof StageError) return error.message
    throw error
  }
}

function asText(
  layers: Layers,
  encoding: TextEncodingName,
  format: 'text' | 'json' | undefined,
  limit: number,
): Decoded {
  const { bytes, name } = layers
  if (
    encoding === 'utf-8' &&
    format !== undefined &&
    tryStage(() => decodeTextAs(bytes, encoding)) === 'not UTF-8'
  ) {
    refuseInvisible(new TextDecoder().decode(bytes))
    // It is shown with a mark for each byte that is not text.
    return ended(layers, [encoding, format], bytes, { readOnly: 'not UTF-8' })
  }
  const text = decodeTextAs(bytes, encoding)
  refuseInvisible(text)
  const isJson =
    format === 'json' || (format === undefined && (hintOf(name).hint === 'json' || looksLikeJson(text)))
  const shown = encoding === 'utf-8' ? bytes : bounded(new TextEncoder().encode(text), limit)
  return ended(layers, [encoding, isJson ? 'json' : 'text'], shown, {})
}

/** @throws StageError for a text that an editor cannot show in a reasonable time. */
function refuseInvisible(text: string): void {
  if (!canShowInvisible(text)) throw new StageError('too many characters that cannot be seen')
}

function asNotation(layers: Layers, format: 'cbor' | 'msgpack', limit: number): Decoded {
  const text = format === 'cbor' ? readCbor(layers.bytes, limit) : readMsgpack(layers.bytes, limit)
  return ended(layers, [format], bounded(new TextEncoder().encode(text), limit), {})
}

function bounded(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length > limit) throw new StageError(`more than ${limit / 1024 / 1024} MiB as text`)
  return bytes
}

function asBytes(layers: Layers): Decoded {
  return ended(layers, ['bytes'], layers.bytes, {})
}

function ended(
  layers: Layers,
  last: readonly Stage[],
  shown: Uint8Array,
  more: Pick<Decoded, 'image' | 'readOnly'>,
): Decoded {
  const { stages, sizes, problem } = layers
  const readOnly = layers.readOnly ?? more.readOnly ?? lossOf(shown, last, layers.bytes)
  return { pipeline: [...stages, ...last], shown, sizes, problem, image: more.image, readOnly }
}

/** Why content cannot be restored from what is shown, if so. */
function lossOf(shown: Uint8Array, last: readonly Stage[], content: Uint8Array): string | undefined {
  if (shown === content || sameBytes(encodeContent(shown, last), content)) return undefined
  return `${STAGE_NAMES[last[0] ?? 'bytes']} would not come back byte for byte`
}

export interface EncodeOptions {
  /** The pipeline that the value was decoded by. */
  readonly pipeline: readonly Stage[]
  /** The bytes it was decoded of: frames are written as they are there. */
  readonly stored: Uint8Array
  readonly compression: Compression
  readonly limit?: number | undefined
}

/**
 * Sends what is shown back through the pipeline. Content that did not change gives the stored bytes.
 * @throws StageError if it cannot be written in this form, or could not be restored.
 */
export function encodeValue(shown: Uint8Array, options: EncodeOptions): Uint8Array {
  const { pipeline, stored, compression, limit = STAGE_LIMIT } = options
  const unpackings = pipeline.filter(isUnpacking)
  const layers = [stored]
  for (const stage of unpackings) {
    const { bytes, readOnly } = unpack(stage, layers.at(-1) ?? stored, compression, limit)
    if (readOnly !== undefined) throw new StageError(`${STAGE_NAMES[stage]}: ${readOnly}`)
    layers.push(bytes)
  }
  let content = encodeContent(shown, pipeline.slice(unpackings.length))
  if (sameBytes(content, layers.at(-1) ?? stored)) return stored
  if (content.length > limit) throw new StageError(`more than ${limit / 1024 / 1024} MiB before it is packed`)
  for (const [index, stage] of [...unpackings.entries()].reverse()) {
    const packed = compression.pack(stage, content, layers[index] ?? stored)
    if (!sameBytes(compression.unpack(stage, packed, limit).bytes, content)) {
      throw new StageError(`${STAGE_NAMES[stage]} would not come back byte for byte`)
    }
    content = packed
  }
  return content
}

function encodeContent(shown: Uint8Array, [first = 'bytes']: readonly Stage[]): Uint8Array {
  if (first === 'utf-8' || first === 'image' || first === 'bytes') return shown
  const text = decodeTextAs(shown, 'utf-8')
  if (first === 'cbor') return withPlace(text, () => writeCbor(text))
  if (first === 'msgpack') return withPlace(text, () => writeMsgpack(text))
  return isEncoding(first) ? encodeTextAs(text, first) : shown
}
