import { concatBytes } from '../../bytes.ts'
import { DatastoreError } from '../../errors.ts'
import { Key } from '../../key.ts'
import { hasPart, joined } from '../byte-order.ts'
import { indexOfPart } from '../byte-prefix.ts'
import { isOdd, partOfOdd, segmentOfPart } from './odd-part.ts'

/** How the keys of an engine are written. */
export interface PathOptions {
  /** ASCII text between two segments. Default `/`. */
  readonly separator?: string | undefined
  /** Whether a key begins with the separator. Default: true if the separator is `/`. */
  readonly leading?: boolean | undefined
  /** The common beginning of the engine's keys of this store. */
  readonly prefix?: Uint8Array | undefined
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** A segment that may be odd, in the text of a key. */
const ODD_IN_TEXT = /\/[\ufffd-\uffff]/

/**
 * Names of layout `path`: converts engine keys to keys and back. Every byte string with the prefix has one key. A part
 * that is not a valid segment becomes an odd one: U+FFFD and an escaped form (`odd-part.ts`). A key that no byte string
 * converts to is refused, so that every value is read under the key it was written under.
 */
export class PathNames {
  readonly separator: string
  readonly leading: boolean
  readonly prefix: Uint8Array
  /** The separator as bytes. */
  readonly divider: Uint8Array
  /** The beginning of a key with a leading separator. */
  readonly #start: Uint8Array
  /** Absent if the prefix is not valid text. */
  readonly #prefixText: string | undefined

  /** @throws DatastoreError `CONFIG_INVALID` for a separator that is empty or not ASCII. */
  constructor({ separator = '/', leading = separator === '/', prefix = new Uint8Array() }: PathOptions = {}) {
    if (!/^[\0-\x7f]+$/.test(separator)) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        `A separator is one or more ASCII characters, not ${JSON.stringify(separator)}`,
      )
    }
    this.separator = separator
    this.leading = leading
    this.prefix = prefix
    this.divider = encoder.encode(separator)
    this.#start = leading ? joined(prefix, this.divider) : prefix
    this.#prefixText = textOf(prefix)
  }

  /** The key of an engine key, which begins with the prefix. */
  keyOf(bytes: Uint8Array): Key {
    return Key.of(...this.#segmentsOf(bytes))
  }

  /** The engine key of a key other than the root; `undefined` if no engine key converts to it. */
  bytesOf(key: Key): Uint8Array | undefined {
    const text = key.toString()
    if (ODD_IN_TEXT.test(text)) return this.#oddBytesOf(key)
    const { separator, prefix } = this
    if (separator === '/') {
      const bytes = encoder.encode(this.leading ? text : text.slice(1))
      return prefix.length === 0 ? bytes : joined(prefix, bytes)
    }
    const bytes = joined(this.#start, encoder.encode(key.segments.join(separator)))
    if (separator.length > 1) return this.#reads(bytes, key) ? bytes : undefined
    return key.segments.some(segment => segment.includes(separator)) ? undefined : bytes
  }

  /** As `bytesOf`, but as text, for an engine that accepts text; `undefined` also if `bytesOf` must be used instead. */
  textOf(key: Key): string | undefined {
    const text = key.toString()
    const { separator, leading } = this
    const start = this.#prefixText
    if (start === undefined || separator.length > 1 || ODD_IN_TEXT.test(text)) return undefined
    if (separator === '/') return start + (leading ? text : text.slice(1))
    if (text.includes(separator)) return undefined
    return start + (leading ? separator : '') + text.slice(1).replaceAll('/', separator)
  }

  /** Why no engine key converts to a key. */
  get problem(): string {
    return `layout path with separator ${JSON.stringify(this.separator)} cannot hold it`
  }

  /** The common beginning of the engine keys below a key; `undefined` if there can be none. */
  baseOf(key: Key): Uint8Array | undefined {
    if (key.isRoot) return this.#start
    const bytes = this.bytesOf(key)
    if (bytes === undefined) return undefined
    const base = joined(bytes, this.divider)
    // The divider that was added may complete the leading separator that the engine key lacks.
    if (this.lacksSeparator(bytes) !== this.lacksSeparator(base)) return undefined
    return this.isDividedAt(base, bytes.length) ? base : undefined
  }

  /** Whether a part ends at `end` in all engine keys that begin with `base`, which has a separator there. */
  isDividedAt(base: Uint8Array, end: number): boolean {
    const { divider } = this
    if (divider.length === 1) return true
    let at = this.#firstPart(base)
    for (let found = indexOfPart(base, divider, at); found >= 0 && found < end; ) {
      at = found + divider.length
      found = indexOfPart(base, divider, at)
    }
    return at <= end && indexOfPart(base, divider, at) === end
  }

  /** Whether an engine key lacks the leading separator. */
  lacksSeparator(bytes: Uint8Array): boolean {
    return this.leading && !hasPart(bytes, this.divider, this.prefix.length)
  }

  #firstPart(bytes: Uint8Array): number {
    return this.lacksSeparator(bytes) ? this.prefix.length : this.#start.length
  }

  #segmentsOf(bytes: Uint8Array): string[] {
    const { divider } = this
    const segments: string[] = []
    let lacksSeparator = this.lacksSeparator(bytes)
    for (let at = this.#firstPart(bytes); at <= bytes.length; ) {
      const found = indexOfPart(bytes, divider, at)
      const end = found < 0 ? bytes.length : found
      segments.push(segmentOfPart(bytes.subarray(at, end), lacksSeparator))
      lacksSeparator = false
      at = end + divider.length
    }
    return segments
  }

  #oddBytesOf(key: Key): Uint8Array | undefined {
    const { prefix, divider } = this
    const pieces: Uint8Array[] = []
    let start = this.#start
    for (const segment of key.segments) {
      if (pieces.length > 0) pieces.push(divider)
      if (!isOdd(segment)) {
        pieces.push(encoder.encode(segment))
        continue
      }
      const odd = partOfOdd(segment)
      if (odd === undefined) return undefined
      if (odd.lacksSeparator) start = prefix
      pieces.push(odd.part)
    }
    const bytes = concatBytes([start, ...pieces])
    return this.#reads(bytes, key) ? bytes : undefined
  }

  #reads(bytes: Uint8Array, key: Key): boolean {
    const segments = this.#segmentsOf(bytes)
    return (
      segments.length === key.depth && segments.every((segment, index) => segment === key.segments[index])
    )
  }
}

/** `undefined` for bytes that are not valid UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
