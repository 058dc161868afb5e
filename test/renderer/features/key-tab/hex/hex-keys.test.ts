import { describe, expect, it } from 'vitest'
import { ByteEdits } from '../../../../../src/renderer/features/key-tab/hex/byte-edits.ts'
import {
  asciiByte,
  type Caret,
  hexDigit,
  moveCaret,
  parseOffset,
  typeKey,
} from '../../../../../src/renderer/features/key-tab/hex/hex-keys.ts'

const at = (offset: number): Caret => ({ offset, pane: 'hex', hasFirstDigit: true })
const reader = { size: 100, pageRows: 3, canAppend: false }
const move = (offset: number, key: string, isCommand = false, extent = reader) =>
  moveCaret(at(offset), { key, isCommand }, extent)?.offset

describe('moveCaret', () => {
  it.each([
    ['ArrowRight', 20, 21],
    ['ArrowRight', 99, 99],
    ['ArrowLeft', 0, 0],
    ['ArrowUp', 20, 4],
    ['ArrowUp', 4, 4],
    ['ArrowDown', 20, 36],
    ['ArrowDown', 90, 99],
    ['ArrowDown', 97, 97],
    ['PageUp', 60, 12],
    ['PageUp', 20, 4],
    ['PageDown', 20, 68],
    ['PageDown', 80, 99],
    ['Home', 20, 16],
    ['End', 20, 31],
    ['End', 98, 99],
  ])('%s moves from %i to %i', (key, from, to) => {
    expect(move(from, key)).toBe(to)
  })

  it('moves to both ends with the command key, past the last byte only if appending is possible', () => {
    expect(move(20, 'Home', true)).toBe(0)
    expect(move(20, 'End', true)).toBe(99)
    expect(move(20, 'End', true, { ...reader, canAppend: true })).toBe(100)
    expect(move(0, 'ArrowLeft', false, { size: 0, pageRows: 3, canAppend: false })).toBe(0)
  })

  it('ends a half-typed byte, and ignores other keys', () => {
    expect(moveCaret(at(5), { key: 'ArrowLeft', isCommand: false }, reader)?.hasFirstDigit).toBe(false)
    expect(moveCaret(at(5), { key: 'a', isCommand: false }, reader)).toBeUndefined()
  })
})

describe('typed text', () => {
  it('reads hex digits and printable ASCII, one key at a time', () => {
    expect(['0', 'f', 'F', 'g', 'Enter', ''].map(hexDigit)).toEqual([
      0,
      15,
      15,
      undefined,
      undefined,
      undefined,
    ])
    expect(['A', ' ', '~', 'é', 'Tab'].map(asciiByte)).toEqual([65, 32, 126, undefined, undefined])
  })

  it('reads offsets in decimal and hex', () => {
    expect(['1024', ' 0x400 ', '1,000', '0X1f'].map(parseOffset)).toEqual([1024, 1024, 1000, 31])
    expect(['', 'x', '0x', '-1', '1.5'].map(parseOffset)).toEqual(Array(5).fill(undefined))
  })
})

function type(
  initial: number[],
  keys: string[],
  options: { pane?: Caret['pane']; at?: number; insert?: boolean } = {},
) {
  const edits = new ByteEdits(Uint8Array.from(initial))
  let caret: Caret = { offset: options.at ?? 0, pane: options.pane ?? 'hex', hasFirstDigit: false }
  for (const name of keys) {
    const [key, isCommand, isShift] = [
      name.replace(/^.*\+(?=.)/, ''),
      name.includes('Ctrl+'),
      name.includes('Shift+'),
    ]
    caret = typeKey(edits, { key, isCommand, isShift }, caret, options.insert ?? false) ?? caret
  }
  return { bytes: Array.from(edits.bytes()), ...caret }
}

describe('typeKey', () => {
  it('overwrites a byte digit by digit, and appends at the end', () => {
    expect(type([0x11, 0x22], ['a'])).toMatchObject({ bytes: [0xa1, 0x22], offset: 0, hasFirstDigit: true })
    expect(type([0x11, 0x22], ['a', 'b'])).toMatchObject({
      bytes: [0xab, 0x22],
      offset: 1,
      hasFirstDigit: false,
    })
    expect(type([0x11], ['f', 'f'], { at: 1 })).toMatchObject({ bytes: [0x11, 0xff], offset: 2 })
  })

  it('inserts a byte in insert mode', () => {
    expect(type([0x11], ['a', 'b'], { insert: true })).toMatchObject({ bytes: [0xab, 0x11], offset: 1 })
    expect(type([0x11], ['A'], { insert: true, pane: 'ascii' })).toMatchObject({
      bytes: [0x41, 0x11],
      offset: 1,
    })
  })

  it('overwrites with a character in the ASCII pane', () => {
    expect(type([0x11, 0x22], ['H', 'i'], { pane: 'ascii' })).toMatchObject({
      bytes: [0x48, 0x69],
      offset: 2,
    })
  })

  it('deletes at the caret, and before it only in insert mode', () => {
    expect(type([1, 2, 3], ['Delete'], { at: 1 })).toMatchObject({ bytes: [1, 3], offset: 1 })
    expect(type([1, 2, 3], ['Backspace'], { at: 1 })).toMatchObject({ bytes: [1, 2, 3], offset: 0 })
    expect(type([1, 2, 3], ['Backspace'], { at: 1, insert: true })).toMatchObject({
      bytes: [2, 3],
      offset: 0,
    })
    expect(type([1], ['Backspace'], { insert: true })).toMatchObject({ bytes: [1], offset: 0 })
  })

  it('undoes and redoes, and moves to that position', () => {
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z'], { at: 2 })).toMatchObject({ bytes: [1, 2, 3], offset: 2 })
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z', 'Ctrl+y'], { at: 2 })).toMatchObject({ bytes: [1, 2] })
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z', 'Ctrl+Shift+z'], { at: 2 })).toMatchObject({ bytes: [1, 2] })
  })

  it('ignores keys that edit nothing', () => {
    const edits = new ByteEdits(Uint8Array.of(1))
    const caret: Caret = { offset: 0, pane: 'hex', hasFirstDigit: false }
    for (const key of ['g', 'Enter', 'F5', 'é']) {
      expect(typeKey(edits, { key, isCommand: false, isShift: false }, caret, false)).toBeUndefined()
    }
    expect(typeKey(edits, { key: 's', isCommand: true, isShift: false }, caret, false)).toBeUndefined()
    expect(edits.version).toBe(0)
  })
})
