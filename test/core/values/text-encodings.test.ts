import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StageError } from '../../../src/core/values/stage-error.ts'
import { decodeTextAs, encodeTextAs, TEXT_ENCODINGS } from '../../../src/core/values/text-encodings.ts'

describe('decodeTextAs and encodeTextAs', () => {
  it.each(TEXT_ENCODINGS)('DV3 round-trip any bytes in %s byte for byte, or reject them', encoding => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        let text: string
        try {
          text = decodeTextAs(bytes, encoding)
        } catch (error) {
          expect(error).toBeInstanceOf(StageError)
          return
        }
        expect(encodeTextAs(text, encoding)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['utf-16le', 'utf-16be'] as const)(
    'DV3 preserve any text in %s, with and without a byte order mark',
    encoding => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, hasMark) => {
          const whole = (hasMark ? '\ufeff' : '') + text
          expect(decodeTextAs(encodeTextAs(whole, encoding), encoding)).toBe(whole)
        }),
      )
    },
  )

  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)(
    'DV3 %s agrees with the decoder of the platform',
    encoding => {
      const bytes = encodeTextAs('café €\u{1f600}', encoding)
      expect(decodeTextAs(bytes, encoding)).toBe(new TextDecoder(encoding).decode(bytes))
    },
  )

  it('DV3 windows-1252 has its own characters at 0x80 to 0x9f', () => {
    expect(decodeTextAs(Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x80, 0x93, 0x9f, 0x81), 'windows-1252')).toBe(
      'café€\u201c\u0178\u0081',
    )
  })

  it('DV3 names a character that the encoding does not have, and its position', () => {
    expect(() => encodeTextAs('a\nb€', 'latin1')).toThrow('"€" in line 2, column 2, is not in Latin-1')
    expect(() => encodeTextAs('\u0080', 'windows-1252')).toThrow('is not in Windows-1252')
    expect(encodeTextAs('€', 'windows-1252')).toEqual(Uint8Array.of(0x80))
  })

  it('DV3 rejects UTF-16 that would not round-trip', () => {
    expect(() => decodeTextAs(Uint8Array.of(0x61), 'utf-16le')).toThrow('odd')
    expect(() => decodeTextAs(Uint8Array.of(0x61, 0, 0x00, 0xd8), 'utf-16le')).toThrow(
      'surrogate pair at byte 2',
    )
  })
})
