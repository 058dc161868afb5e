import { guessEncoding, hintOf, isPlainText, packingByContent } from '../../../../core/values/detect.ts'
import { imageFacts } from '../../../../core/values/image-facts.ts'
import {
  type Compression,
  type Decoded,
  decodeValue,
  FORMATS,
  isEncoding,
  isUnpacking,
  STAGE_LIMIT,
  type Stage,
  UNPACKINGS,
} from '../../../../core/values/pipeline.ts'
import { StageError } from '../../../../core/values/stage-error.ts'
import { TEXT_ENCODINGS, type TextEncodingName } from '../../../../core/values/text-encodings.ts'
import type { Client } from '../../../api/client.ts'
import { TEXT_PAGE, wholeCharacters } from '../paged/text-pages.ts'
import { LOAD_ALL_LIMIT, type StoredVersion, type Version } from './value-calls.ts'

/** How a value was decoded. */
export type Decoding = Omit<Decoded, 'shown'>

const STAGES: ReadonlySet<string> = new Set<Stage>([...UNPACKINGS, ...TEXT_ENCODINGS, ...FORMATS])

/** The stages of a remembered view: their names with blanks between, or `auto`. Names that are not known end it. */
export function choiceOf(view: string): readonly Stage[] {
  if (view === 'hex') return ['bytes']
  const names = view.split(' ')
  const unknown = names.findIndex(name => !STAGES.has(name))
  return (unknown < 0 ? names : names.slice(0, unknown)) as Stage[]
}

export function viewOf(choice: readonly Stage[]): string {
  return choice.length === 0 ? 'auto' : choice.join(' ')
}

/** The page has none: what needs one is decoded by the host. */
const NO_COMPRESSION: Compression = {
  unpack() {
    throw new StageError('unpacked by the host only')
  },
  pack() {
    throw new StageError('packed by the host only')
  },
}

/** Whether what is shown are the stored bytes themselves. */
export function isAsStored(pipeline: readonly Stage[]): boolean {
  const [first = 'bytes'] = pipeline
  return first === 'utf-8' || first === 'image' || first === 'bytes'
}

/** Whether the host has to decode a value. Plain text, images and bytes are shown without decoding. */
function needsHost(bytes: Uint8Array, name: string, choice: readonly Stage[]): boolean {
  const [first] = choice
  if (first === 'bytes' || first === 'image' || bytes.length === 0) return false
  const { hint } = hintOf(name)
  if (first === undefined) {
    if (isUnpacking(hint) || hint === 'cbor' || hint === 'msgpack') return true
    return imageFacts(bytes) === undefined && !isPlainText(bytes)
  }
  if (first === 'utf-8') return false
  return !(
    (first === 'text' || first === 'json') &&
    (isPlainText(bytes) || guessEncoding(bytes) === undefined)
  )
}

/** A version as it is shown: decoded here where that is quick, else by the host. */
export async function decodeVersion(
  client: Client,
  key: string,
  choice: readonly Stage[],
  version: StoredVersion,
  signal?: AbortSignal,
): Promise<Version> {
  const { bytes: stored, isWhole, stat } = version
  const name = key.slice(key.lastIndexOf('/') + 1)
  const shownAs = (decoded: Decoded): Version => {
    const { shown, ...decoding } = decoded
    return { bytes: shown, stored, isWhole, stat, decoding }
  }
  if (!isWhole) return shownAs(decodeHead(stored, name, choice))
  if (!needsHost(stored, name, choice))
    return shownAs(decodeValue(stored, { name, choice, compression: NO_COMPRESSION }))
  if (stored.length > STAGE_LIMIT) {
    const problem = `Larger than ${STAGE_LIMIT / 1024 / 1024} MiB`
    return shownAs({ pipeline: ['bytes'], shown: stored, sizes: [], problem })
  }
  return shownAs(await client.call('values.decode', { bytes: stored, name, choice: [...choice] }, { signal }))
}

/** The beginning of a large value: text or bytes, a page at a time. */
function decodeHead(head: Uint8Array, name: string, choice: readonly Stage[]): Decoded {
  const [first] = choice
  const encoding = encodingOfHead(head, first)
  if (encoding !== undefined) {
    const isJson = choice.includes('json') || (!choice.includes('text') && hintOf(name).hint === 'json')
    return { pipeline: [encoding, isJson ? 'json' : 'text'], shown: head, sizes: [] }
  }
  const isMore = first !== 'bytes' && (first !== undefined || packingByContent(head) !== undefined)
  return {
    pipeline: ['bytes'],
    shown: head,
    sizes: [],
    problem: isMore ? 'Only whole values are decoded' : undefined,
  }
}

/** The encoding whose pages are shown; `undefined` if the value is to be shown otherwise. */
function encodingOfHead(head: Uint8Array, first: Stage | undefined): TextEncodingName | undefined {
  if (isEncoding(first)) return first
  const isText = first === 'text' || first === 'json'
  if (first !== undefined && !isText) return undefined
  const page = wholeCharacters(head.subarray(0, TEXT_PAGE))
  if (isPlainText(page)) return 'utf-8'
  const isPacked = !isText && (packingByContent(head) !== undefined || imageFacts(head) !== undefined)
  // Pages begin at even bytes.
  const guess = isPacked ? undefined : guessEncoding(head.subarray(0, TEXT_PAGE))
  return guess ?? (isText ? 'utf-8' : undefined)
}

/** Whether a large value is worth loading as a whole at once, because its pages say nothing. */
export function isShownWhole(head: StoredVersion, choice: readonly Stage[]): boolean {
  const size = head.stat?.size ?? 0
  const [first] = choice
  if (first === 'image' || (first === undefined && imageFacts(head.bytes) !== undefined))
    return size <= LOAD_ALL_LIMIT
  const packing = packingByContent(head.bytes)
  const isPacked = isUnpacking(first) || (first === undefined && packing !== undefined && packing !== 'zlib')
  return size <= STAGE_LIMIT && (isPacked || first === 'cbor' || first === 'msgpack')
}

/** The bytes to put for what is shown. @throws CallError `VALUE_INVALID` */
export async function encodeShown(
  client: Client,
  { decoding, stored }: Version,
  shown: Uint8Array,
): Promise<Uint8Array> {
  if (isAsStored(decoding.pipeline)) return shown
  const { bytes } = await client.call('values.encode', { shown, pipeline: [...decoding.pipeline], stored })
  return bytes
}
