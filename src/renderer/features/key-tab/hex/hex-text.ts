import { ROW_BYTES } from './hex-keys.ts'

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** What a cell shows before its byte has come. */
const UNKNOWN = '··'

export function hexOf(byte: number | undefined): string {
  return byte === undefined ? UNKNOWN : (HEX[byte] ?? UNKNOWN)
}

/** A printable ASCII character as itself, anything else as a dot. */
export function asciiOf(byte: number | undefined): string {
  if (byte === undefined) return ' '
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
}

/** Digits that offsets of a value of `size` bytes need: 8, or more where it is larger than 4 GiB. */
export function offsetDigits(size: number): number {
  return Math.max(8, Math.max(0, size - 1).toString(16).length)
}

export function offsetText(offset: number, digits: number): string {
  return offset.toString(16).padStart(digits, '0')
}

/** Rows of the view. With `canAppend` the place after the last byte has a cell of its own. */
export function rowCount(size: number, canAppend: boolean): number {
  return Math.max(1, Math.ceil((size + (canAppend ? 1 : 0)) / ROW_BYTES))
}
