import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeLossy,
  decodeText,
  encodeText,
} from '../../../../../src/renderer/features/key-tab/model/text-codec.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** Texts with many characters that some editor would treat as a line break. */
const texts = fc
  .array(
    fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\r', '\u2028', '\u2029', '\u0085', '\uFEFF', '\0', '\t'),
    { maxLength: 40 },
  )
  .map(parts => parts.join(''))

function roundTrip(bytes: Uint8Array): Uint8Array | undefined {
  const text = decodeText(bytes)
  return text === undefined ? undefined : encodeText(text.lines, text, text.exceptions)
}

describe('text codec', () => {
  it('returns every UTF-8 text byte for byte, with any line ends', () => {
    fc.assert(
      fc.property(texts, text => {
        expect(roundTrip(utf8(text))).toEqual(utf8(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('returns any bytes that it decodes as text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        const back = roundTrip(bytes)
        if (back !== undefined) expect(back).toEqual(bytes)
      }),
      { numRuns: 3000 },
    )
  })

  it('never splits a line in its middle: only line ends are removed', () => {
    fc.assert(
      fc.property(texts, text => {
        const { lines = [] } = decodeText(utf8(text)) ?? {}
        expect(lines.some(line => line.includes('\n'))).toBe(false)
      }),
    )
  })

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['lone continuation', [0x61, 0x80]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['cut off', [0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
  ])('is strict: %s bytes are not text', (_, bytes) => {
    expect(decodeText(Uint8Array.from(bytes))).toBeUndefined()
    expect(decodeLossy(Uint8Array.from(bytes)).lines.join('')).toContain('\uFFFD')
  })

  it('separates the byte order mark, and only the first', () => {
    expect(decodeText(utf8('\uFEFFa'))).toMatchObject({ hasBom: true, lines: ['a'] })
    expect(decodeText(utf8('\uFEFF\uFEFFa'))).toMatchObject({ hasBom: true, lines: ['\uFEFFa'] })
    expect(decodeText(utf8('a\uFEFF'))).toMatchObject({ hasBom: false, lines: ['a\uFEFF'] })
  })

  it('finds the most common ending, the first seen if equal', () => {
    expect(decodeText(utf8('a\r\nb\nc\n'))).toMatchObject({ ending: '\n', lines: ['a', 'b', 'c', ''] })
    expect(decodeText(utf8('a\r\nb\nc'))?.ending).toBe('\r\n')
    expect(decodeText(utf8('a\nb\r\nc'))?.ending).toBe('\n')
    expect(decodeText(utf8(''))).toMatchObject({ ending: '\n', lines: [''] })
  })

  it('treats a lone carriage return as an ending only if there is no line feed', () => {
    expect(decodeText(utf8('a\rb'))).toMatchObject({ ending: '\r', lines: ['a', 'b'] })
    expect(decodeText(utf8('a\rb\n'))).toMatchObject({ ending: '\n', lines: ['a\rb', ''] })
    expect(decodeText(utf8('a\r\r\nb'))).toMatchObject({ ending: '\r\n', lines: ['a\r', 'b'] })
  })

  it('reports where the endings differ', () => {
    expect(decodeText(utf8('ab\nc\r\nd\n'))?.exceptions).toEqual(new Map([[4, '\r\n']]))
  })
})
