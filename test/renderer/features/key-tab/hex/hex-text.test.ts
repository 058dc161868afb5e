import { describe, expect, it } from 'vitest'
import {
  asciiText,
  columnOfCharacter,
  hexCell,
  hexText,
  offsetDigits,
  offsetText,
  rowCount,
  rowText,
} from '../../../../../src/renderer/features/key-tab/hex/hex-text.ts'

const source = { size: 20, byteAt: (offset: number) => (offset === 3 ? undefined : offset + 0x40) }

describe('the text of hex rows', () => {
  it('shows every byte, missing bytes, and the end', () => {
    expect(hexText(rowText(source, 0))).toBe('40 41 42 ·· 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f ')
    expect(asciiText(rowText(source, 0))).toBe('@AB DEFGHIJKLMNO')
    expect(hexText(rowText(source, 16)).trimEnd()).toBe('50 51 52 53')
    expect(asciiText('\0\x7f\x80~')).toBe('...~            ')
  })

  it('finds the column of every character of its digits', () => {
    const row = hexText(rowText({ size: 16, byteAt: offset => offset }, 0))
    for (let column = 0; column < 16; column++) {
      expect(Number.parseInt(row.slice(hexCell(column), hexCell(column) + 2), 16)).toBe(column)
      expect([0, 1].map(digit => columnOfCharacter(hexCell(column) + digit))).toEqual([column, column])
    }
  })

  it('has a position for appending, and wide offsets for large values', () => {
    expect([rowCount(0, false), rowCount(16, false), rowCount(16, true), rowCount(17, true)]).toEqual([
      1, 1, 2, 2,
    ])
    expect(offsetText(255, offsetDigits(1000))).toBe('000000ff')
    expect(offsetDigits(2 ** 32)).toBe(8)
    expect(offsetDigits(2 ** 32 + 1)).toBe(9)
  })
})
