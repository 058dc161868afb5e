import { ROW_BYTES } from './hex-keys.ts'

/** The bytes of a hex view; some may not be loaded yet. */
export interface HexSource {
  readonly size: number
  /** `undefined` for a byte that is not loaded, or after the end. */
  byteAt(offset: number): number | undefined
  /** Reads `start` to `end` (exclusive), also what is not here. */
  read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array>
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Represents a byte that is not loaded in the text of a row. */
const UNKNOWN = '\u0100'

export function hexOf(byte: number): string {
  return HEX[byte] ?? '··'
}

/** A printable ASCII character as itself, anything else as a dot. */
export function asciiOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
}

/** Digits that offsets of a value of `size` bytes need: 8, or more where it is larger than 4 GiB. */
export function offsetDigits(size: number): number {
  return Math.max(8, Math.max(0, size - 1).toString(16).length)
}

export function offsetText(offset: number, digits: number): string {
  return offset.toString(16).padStart(digits, '0')
}

/** Rows of the view. With `canAppend`, the place after the last byte has a cell. */
export function rowCount(size: number, canAppend: boolean): number {
  return Math.max(1, Math.ceil((size + (canAppend ? 1 : 0)) / ROW_BYTES))
}

/** The bytes of a row, one UTF-16 code unit for each. */
export function rowText(source: Pick<HexSource, 'size' | 'byteAt'>, start: number): string {
  let text = ''
  for (let offset = start; offset < Math.min(source.size, start + ROW_BYTES); offset++) {
    const byte = source.byteAt(offset)
    text += byte === undefined ? UNKNOWN : String.fromCharCode(byte)
  }
  return text
}

/** `00 01 … 07  08 … 0f`, always as long as a full row. */
export function hexText(row: string): string {
  let text = ''
  for (let column = 0; column < row.length; column++) {
    if (column > 0) text += column === ROW_BYTES / 2 ? '  ' : ' '
    text += hexOf(row.charCodeAt(column))
  }
  return text.padEnd(hexCell(ROW_BYTES))
}

export function asciiText(row: string): string {
  return Array.from(row, cell => (cell === UNKNOWN ? ' ' : asciiOf(cell.charCodeAt(0))))
    .join('')
    .padEnd(ROW_BYTES)
}

/** The index of a column's digits in `hexText`. */
export function hexCell(column: number): number {
  return column * 3 + (column >= ROW_BYTES / 2 ? 1 : 0)
}

/** The column of a character of `hexText`. The space after a byte belongs to the byte. */
export function columnOfCharacter(at: number): number {
  return Math.floor((at > hexCell(ROW_BYTES / 2) - 2 ? at - 1 : at) / 3)
}
