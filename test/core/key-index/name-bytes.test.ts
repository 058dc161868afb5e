import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readName, roomOf, writeName } from '../../../src/core/key-index/name-bytes.ts'
import { compareBytes } from '../../../src/core/ordered/byte-order.ts'
import { encodeSegment } from '../../../src/core/ordered/strata/key-bytes.ts'

const unit = fc.constantFrom(
  ...['\0', '\u0001', '\u0002', ' ', '-', 'a', 'b', ':', '\u007f', 'é', '\ud7ff'],
  ...['\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '\ud800', '\udfff'],
)
const name = fc.string({ unit, maxLength: 6 })

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(roomOf(text) + 4)
  return bytes.slice(3, writeName(text, bytes, 3))
}

describe('writeName', () => {
  it.each([
    ['a-b', '612d62'],
    ['a\0\u0001', '6101010102'],
    ['é\ue000', 'c3a9ee8080'],
    ['\u{1f600}', 'eda0bdedb880'],
    ['', ''],
  ])('encodes %j as documented', (text, hex) => {
    expect(Buffer.from(bytesOf(text)).toString('hex')).toBe(hex)
  })

  it('K10 byte order equals the order of names, and names are restored', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [left, right] = [bytesOf(a), bytesOf(b)]
        expect(Math.sign(compareBytes(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0)
        expect(readName(left, 0, left.length)).toBe(a)
        expect(left).toEqual(encodeSegment(a))
        expect(left.every(byte => byte > 0 && byte <= 0xef)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('restores a name longer than the maximum number of arguments of a call', () => {
    const long = 'é\0'.repeat(100_000)
    const bytes = bytesOf(long)
    expect(readName(bytes, 0, bytes.length) === long).toBe(true)
  })
})
