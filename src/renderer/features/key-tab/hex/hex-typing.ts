import type { ByteEdits } from './byte-edits.ts'
import { asciiByte, type Caret, hexDigit } from './hex-keys.ts'

export interface TypedKey {
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly isCommand: boolean
  readonly isShift: boolean
}

/**
 * Applies a key that edits bytes.
 * @returns Where the caret is then, or `undefined` when the key edits nothing.
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
  return { ...caret, offset: offset ?? caret.offset, isHalfTyped: false }
}

function deleteKey(edits: ByteEdits, key: string, caret: Caret, isInserting: boolean): Caret | undefined {
  if (key === 'Delete') {
    edits.delete(caret.offset)
    return { ...caret, isHalfTyped: false }
  }
  const before = Math.max(0, caret.offset - 1)
  // Overwriting keeps the length, so going back only moves.
  if (isInserting && caret.offset > 0) edits.delete(before)
  return { ...caret, offset: before, isHalfTyped: false }
}

function typeDigit(
  edits: ByteEdits,
  digit: number | undefined,
  caret: Caret,
  isInserting: boolean,
): Caret | undefined {
  if (digit === undefined) return undefined
  const old = edits.byteAt(caret.offset) ?? 0
  if (caret.isHalfTyped) {
    edits.overwrite(caret.offset, (old & 0xf0) | digit)
    return { ...caret, offset: caret.offset + 1, isHalfTyped: false }
  }
  if (isInserting) edits.insert(caret.offset, digit << 4)
  else edits.overwrite(caret.offset, (digit << 4) | (old & 0x0f))
  return { ...caret, isHalfTyped: true }
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
  return { ...caret, offset: caret.offset + 1, isHalfTyped: false }
}
