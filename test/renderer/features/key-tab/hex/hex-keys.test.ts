import { describe, expect, it } from 'vitest'
import {
  asciiByte,
  type Caret,
  hexDigit,
  moveCaret,
  parseOffset,
} from '../../../../../src/renderer/features/key-tab/hex/hex-keys.ts'

const at = (offset: number): Caret => ({ offset, pane: 'hex', isHalfTyped: true })
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
  ])('%s goes from %i to %i', (key, from, to) => {
    expect(move(from, key)).toBe(to)
  })

  it('goes to both ends with the command key, past the last byte only where one may append', () => {
    expect(move(20, 'Home', true)).toBe(0)
    expect(move(20, 'End', true)).toBe(99)
    expect(move(20, 'End', true, { ...reader, canAppend: true })).toBe(100)
    expect(move(0, 'ArrowLeft', false, { size: 0, pageRows: 3, canAppend: false })).toBe(0)
  })

  it('ends a half typed byte, and leaves other keys alone', () => {
    expect(moveCaret(at(5), { key: 'ArrowLeft', isCommand: false }, reader)?.isHalfTyped).toBe(false)
    expect(moveCaret(at(5), { key: 'a', isCommand: false }, reader)).toBeUndefined()
  })
})

describe('what is typed', () => {
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
