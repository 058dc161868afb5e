import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encodeTextAs,
  TEXT_ENCODINGS,
  type TextEncodingName,
} from '../../../../../src/core/values/text-encodings.ts'
import {
  cutPage,
  PAGE_OVERLAP,
  pageCount,
  pageOfOffset,
  pageText,
  pageWindow,
  TEXT_PAGE,
  wholeCharacters,
} from '../../../../../src/renderer/features/key-tab/paged/text-pages.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

function pagesOf(
  value: Uint8Array,
  encoding: TextEncodingName = 'utf-8',
): { offset: number; bytes: Uint8Array }[] {
  return Array.from({ length: pageCount(value.length) }, (_, index) => {
    const { start, end } = pageWindow(index, value.length)
    return cutPage(index, value.length, value.subarray(start, end), encoding)
  })
}

function expectSeamless(value: Uint8Array): void {
  let offset = 0
  for (const page of pagesOf(value)) {
    expect(page.offset).toBe(offset)
    offset += page.bytes.length
  }
  expect(offset).toBe(value.length)
}

describe('text pages', () => {
  it('follow each other without gap or overlap, for any line lengths', () => {
    const line = fc
      .tuple(fc.constantFrom('a', 'é', '😀'), fc.nat(200_000))
      .map(([unit, n]) => unit.repeat(n / 4))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), lines => {
        expectSeamless(utf8(lines.join('\n')))
      }),
      { numRuns: 30 },
    )
  })

  it('are correct for sizes near a page', () => {
    for (const size of [
      0,
      1,
      TEXT_PAGE - 1,
      TEXT_PAGE,
      TEXT_PAGE + 1,
      TEXT_PAGE + PAGE_OVERLAP,
      3 * TEXT_PAGE,
    ]) {
      expectSeamless(new Uint8Array(size).fill(0x61))
      expectSeamless(new Uint8Array(size).fill(0x0a))
      expectSeamless(new Uint8Array(size).fill(0xbf))
    }
  })

  it('never split a character, and start at a line if one is near', () => {
    const wide = utf8('€'.repeat(TEXT_PAGE))
    for (const { bytes } of pagesOf(wide))
      expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).not.toBe('')
    const lines = utf8(`${'x'.repeat(99)}\n`.repeat(12_000))
    for (const { bytes } of pagesOf(lines)) expect(bytes[bytes.length - 1]).toBe(10)
  })

  it('find the page of an offset', () => {
    expect(pageOfOffset(0, 10)).toBe(0)
    expect(pageOfOffset(TEXT_PAGE, 2 * TEXT_PAGE)).toBe(1)
    expect(pageOfOffset(9 * TEXT_PAGE, 2 * TEXT_PAGE)).toBe(1)
  })

  it('leave out only a character that is cut off at the end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(), (text, cut) => {
        const whole = utf8(text)
        const part = whole.subarray(0, cut % (whole.length + 1))
        const kept = wholeCharacters(part)
        expect(part.length - kept.length).toBeLessThan(4)
        expect(text.startsWith(new TextDecoder('utf-8', { fatal: true }).decode(kept))).toBe(true)
      }),
    )
    expect(wholeCharacters(Uint8Array.of(0x61, 0xff))).toEqual(Uint8Array.of(0x61, 0xff))
  })

  it.each(TEXT_ENCODINGS)('W82 are split between characters of %s, and show each of them', encoding => {
    const isWide = encoding.startsWith('utf')
    const lines = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'é', isWide ? '😀' : 'ÿ'), fc.nat(200_000))
        .map(([unit, n]) => unit.repeat(n / 4)),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n', ' '), (parts, separator) => {
        const text = parts.join(separator)
        const pages = pagesOf(encodeTextAs(text, encoding), encoding).map(({ bytes }) =>
          pageText(bytes, encoding),
        )
        expect(pages.every(({ isLossy }) => !isLossy)).toBe(true)
        expect(pages.map(({ bytes }) => new TextDecoder().decode(bytes)).join('')).toBe(text)
      }),
      { numRuns: 15 },
    )
  })

  it('W82 show � for invalid characters of the encoding', () => {
    expect(pageText(Uint8Array.of(0x61, 0xff), 'utf-8')).toMatchObject({ isLossy: true })
    const { bytes, isLossy } = pageText(Uint8Array.of(0x61, 0, 0, 0xd8, 0x62, 0), 'utf-16le')
    expect([new TextDecoder().decode(bytes), isLossy]).toEqual(['a�b', true])
  })
})
