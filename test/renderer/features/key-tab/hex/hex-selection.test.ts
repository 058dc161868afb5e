import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteEdits } from '../../../../../src/renderer/features/key-tab/hex/byte-edits.ts'
import {
  columnsIn,
  copyOf,
  findBytes,
  findPattern,
  selectedRange,
} from '../../../../../src/renderer/features/key-tab/hex/hex-selection.ts'

const { signal } = new AbortController()
const caret = (offset: number) => ({ offset, pane: 'hex', hasFirstDigit: false }) as const

describe('findBytes', () => {
  it('DV13 finds the nearest match in its direction, and wraps around', async () => {
    const small = fc.uint8Array({ maxLength: 40, max: 2 })
    await fc.assert(
      fc.asyncProperty(
        small,
        fc.uint8Array({ minLength: 1, maxLength: 3, max: 2 }),
        fc.nat(45),
        fc.constantFrom(1 as const, -1 as const),
        async (bytes, pattern, from, direction) => {
          const places = Array.from({ length: bytes.length }, (_, at) => at).filter(
            at =>
              at + pattern.length <= bytes.length &&
              pattern.every((byte, index) => bytes[at + index] === byte),
          )
          const expected =
            direction > 0
              ? (places.find(at => at >= from) ?? places[0])
              : (places.findLast(at => at < from) ?? places.at(-1))
          expect(await findBytes(new ByteEdits(bytes), pattern, from, direction, signal)).toBe(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('DV13 finds a match across two pieces', async () => {
    const bytes = new Uint8Array(3 * 1024 * 1024)
    bytes.set([1, 2, 3], 1024 * 1024 - 1)
    const source = new ByteEdits(bytes)
    expect(await findBytes(source, Uint8Array.of(1, 2, 3), 0, 1, signal)).toBe(1024 * 1024 - 1)
    expect(await findBytes(source, Uint8Array.of(1, 2, 3), bytes.length, -1, signal)).toBe(1024 * 1024 - 1)
  })
})

describe('searching and copying in hex', () => {
  it.each([
    ['89 50', [0x89, 0x50]],
    ['0xFF', [0xff]],
    ['abc', [0x61, 0x62, 0x63]],
    ['"ab"', [0x61, 0x62]],
    ['é', [0xc3, 0xa9]],
  ])('DV13 searches %s as its bytes', (typed, bytes) => {
    expect([...(findPattern(typed) ?? [])]).toEqual(bytes)
  })

  it('DV13 does not search an empty text', () => {
    expect(findPattern('')).toBe(undefined)
  })

  it('DV13 copies digits from one pane and text from the other', () => {
    expect(copyOf(Uint8Array.of(0, 0xff, 0x89), 'hex')).toBe('00 ff 89')
    expect(copyOf(Uint8Array.of(0xc3, 0xa9), 'ascii')).toBe('é')
    expect(copyOf(Uint8Array.of(0x41, 0xff), 'ascii')).toBe('A.')
  })

  it('DV13 a selection includes the byte where it started and the one at the caret', () => {
    expect(selectedRange(5, caret(2), 10)).toEqual({ start: 2, end: 6 })
    expect(selectedRange(8, caret(10), 10)).toEqual({ start: 8, end: 10 })
    expect(selectedRange(undefined, caret(2), 10)).toBe(undefined)
    expect(columnsIn({ start: 10, end: 40 }, 16, 16)).toEqual({ start: 0, end: 16 })
    expect(columnsIn({ start: 10, end: 12 }, 16, 16)).toBe(undefined)
  })
})
