import { bytesToHex, hexToBytes } from '../../../../core/values/byte-text.ts'
import type { Caret } from './hex-keys.ts'
import type { HexSource } from './hex-text.ts'

/** Bytes from `start` to `end`, exclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** The bytes between the place where a selection began and the caret, both with them. */
export function selectedRange(
  anchor: number | undefined,
  { offset }: Caret,
  size: number,
): ByteRange | undefined {
  if (anchor === undefined || size === 0) return undefined
  return { start: Math.min(anchor, offset), end: Math.min(size, Math.max(anchor, offset) + 1) }
}

/** The columns of the row at `start` that a range covers. */
export function columnsIn(
  range: ByteRange | undefined,
  start: number,
  columns: number,
): ByteRange | undefined {
  if (range === undefined) return undefined
  const [from, to] = [Math.max(0, range.start - start), Math.min(columns, range.end - start)]
  return from < to ? { start: from, end: to } : undefined
}

/** What is copied of the bytes of a pane: pairs of digits, or text with a dot for what is none. */
export function copyOf(bytes: Uint8Array, pane: Caret['pane']): string {
  if (pane === 'hex') return bytesToHex(bytes).replaceAll(/(..)(?!$)/g, '$1 ')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return Array.from(bytes, byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
  }
}

/** What the user searches for: pairs of hex digits, otherwise text; in quotes always text. */
export function findPattern(typed: string): Uint8Array | undefined {
  const quoted = /^"(.*)"$/.exec(typed)?.[1]
  const digits = typed.replaceAll(/\s/g, '')
  const bytes = quoted === undefined && digits !== '' ? hexToBytes(digits.replace(/^0x/i, '')) : undefined
  const pattern = bytes ?? new TextEncoder().encode(quoted ?? typed)
  return pattern.length === 0 ? undefined : pattern
}

/** Bytes that are searched at a time. */
const PIECE = 1024 * 1024

/**
 * Finds the next place of a pattern after `from`, or before it, and continues at the other end of the value.
 * @returns Its offset; `undefined` where it is nowhere.
 */
export async function findBytes(
  source: HexSource,
  pattern: Uint8Array,
  from: number,
  direction: 1 | -1,
  signal: AbortSignal,
): Promise<number | undefined> {
  const last = source.size - pattern.length
  if (last < 0) return undefined
  const start = Math.max(0, Math.min(from, last + 1))
  const spans: readonly ByteRange[] =
    direction > 0
      ? [
          { start, end: last + 1 },
          { start: 0, end: start },
        ]
      : [
          { start: 0, end: Math.min(start, last + 1) },
          { start, end: last + 1 },
        ]
  for (const span of spans) {
    const found = await findIn(source, pattern, span, direction, signal)
    if (found !== undefined) return found
  }
  return undefined
}

/** The first, or the last, place in a range of beginnings. */
async function findIn(
  source: HexSource,
  pattern: Uint8Array,
  { start, end }: ByteRange,
  direction: 1 | -1,
  signal: AbortSignal,
): Promise<number | undefined> {
  for (let done = 0; done < end - start; done += PIECE) {
    const from = direction > 0 ? start + done : Math.max(start, end - done - PIECE)
    const to = direction > 0 ? Math.min(end, from + PIECE) : end - done
    const bytes = await source.read(from, to - 1 + pattern.length, signal)
    const at = direction > 0 ? indexOf(bytes, pattern) : lastIndexOf(bytes, pattern)
    if (at >= 0) return from + at
  }
  return undefined
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array): number {
  const [first = 0] = pattern
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + pattern.length > bytes.length) return -1
    if (isAt(bytes, at, pattern)) return at
  }
  return -1
}

function lastIndexOf(bytes: Uint8Array, pattern: Uint8Array): number {
  const [first = 0] = pattern
  for (
    let at = bytes.lastIndexOf(first, bytes.length - pattern.length);
    at >= 0;
    at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1)
  ) {
    if (isAt(bytes, at, pattern)) return at
  }
  return -1
}

function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let index = 1; index < pattern.length; index++) if (bytes[at + index] !== pattern[index]) return false
  return true
}
