import type { ByteEdits } from './byte-edits.ts'

/** Bytes in a row of the hex view. */
export const ROW_BYTES = 16

export interface Caret {
  /** The offset of the byte at the caret; `size` is the place after the last byte. */
  readonly offset: number
  readonly pane: 'hex' | 'ascii'
  /** Whether the first hex digit of the byte was typed and the second is expected. */
  readonly hasFirstDigit: boolean
}

export interface Extent {
  /** Bytes of the value. */
  readonly size: number
  /** Whole rows that the window shows. */
  readonly pageRows: number
  /** Whether the caret can be after the last byte. */
  readonly canAppend: boolean
}

interface KeyPress {
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly isCommand: boolean
}

/** @returns The new caret for a key press, or `undefined` if the key does not move it. */
export function moveCaret(caret: Caret, press: KeyPress, extent: Extent): Caret | undefined {
  const offset = target(caret.offset, press, extent)
  if (offset === undefined) return undefined
  return { ...caret, offset: clampOffset(offset, extent), hasFirstDigit: false }
}

export function clampOffset(offset: number, { size, canAppend }: Extent): number {
  return Math.max(0, Math.min(offset, canAppend ? size : size - 1))
}

/** @returns The value of a typed hex digit, or `undefined` for another key. */
export function hexDigit(key: string): number | undefined {
  return /^[0-9a-fA-F]$/.test(key) ? Number.parseInt(key, 16) : undefined
}

/** @returns The byte of a typed printable ASCII character, or `undefined` for another key. */
export function asciiByte(key: string): number | undefined {
  return /^[ -~]$/.test(key) ? key.charCodeAt(0) : undefined
}

/** Parses a typed offset: `1024`, `0x400`. */
export function parseOffset(text: string): number | undefined {
  const clean = text.trim().replaceAll(/[,_\s]/g, '')
  if (/^0x[0-9a-f]+$/i.test(clean)) return Number.parseInt(clean.slice(2), 16)
  return /^\d+$/.test(clean) ? Number(clean) : undefined
}

function target(
  offset: number,
  { key, isCommand }: KeyPress,
  { size, pageRows }: Extent,
): number | undefined {
  const column = offset % ROW_BYTES
  const row = offset - column
  switch (key) {
    case 'ArrowLeft':
      return offset - 1
    case 'ArrowRight':
      return offset + 1
    case 'ArrowUp':
      return row === 0 ? offset : offset - ROW_BYTES
    case 'ArrowDown':
      return row + ROW_BYTES >= size ? offset : offset + ROW_BYTES
    case 'PageUp':
      return Math.max(column, offset - pageRows * ROW_BYTES)
    case 'PageDown':
      return offset + pageRows * ROW_BYTES
    case 'Home':
      return isCommand ? 0 : row
    case 'End':
      return isCommand ? size : row + ROW_BYTES - 1
    default:
      return undefined
  }
}

interface TypedKey {
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly isCommand: boolean
  readonly isShift: boolean
}

/**
 * Applies a key that edits bytes.
 * @returns The new caret, or `undefined` if the key does not edit.
 */
export function typeKey(
  edits: ByteEdits,
  typed: TypedKey,
  caret: Caret,
  isInserting: boolean,
): Caret | undefined {
  if (typed.isCommand) return undoKey(edits, typed, caret)
  if (typed.key === 'Delete' || typed.key === 'Backspace')
    return deleteKey(edits, typed.key, caret, isInserting)
  return caret.pane === 'hex'
    ? typeDigit(edits, hexDigit(typed.key), caret, isInserting)
    : typeByte(edits, asciiByte(typed.key), caret, isInserting)
}

function undoKey(edits: ByteEdits, { key, isShift }: TypedKey, caret: Caret): Caret | undefined {
  const letter = key.toLowerCase()
  if (letter !== 'z' && letter !== 'y') return undefined
  const offset = letter === 'y' || isShift ? edits.redo() : edits.undo()
  return { ...caret, offset: offset ?? caret.offset, hasFirstDigit: false }
}

function deleteKey(edits: ByteEdits, key: string, caret: Caret, isInserting: boolean): Caret | undefined {
  if (key === 'Delete') {
    edits.delete(caret.offset)
    return { ...caret, hasFirstDigit: false }
  }
  const before = Math.max(0, caret.offset - 1)
  // Overwriting keeps the length, so going back only moves.
  if (isInserting && caret.offset > 0) edits.delete(before)
  return { ...caret, offset: before, hasFirstDigit: false }
}

function typeDigit(
  edits: ByteEdits,
  digit: number | undefined,
  caret: Caret,
  isInserting: boolean,
): Caret | undefined {
  if (digit === undefined) return undefined
  const old = edits.byteAt(caret.offset) ?? 0
  if (caret.hasFirstDigit) {
    edits.overwrite(caret.offset, (old & 0xf0) | digit)
    return { ...caret, offset: caret.offset + 1, hasFirstDigit: false }
  }
  if (isInserting) edits.insert(caret.offset, digit << 4)
  else edits.overwrite(caret.offset, (digit << 4) | (old & 0x0f))
  return { ...caret, hasFirstDigit: true }
}

function typeByte(
  edits: ByteEdits,
  byte: number | undefined,
  caret: Caret,
  isInserting: boolean,
): Caret | undefined {
  if (byte === undefined) return undefined
  if (isInserting) edits.insert(caret.offset, byte)
  else edits.overwrite(caret.offset, byte)
  return { ...caret, offset: caret.offset + 1, hasFirstDigit: false }
}
