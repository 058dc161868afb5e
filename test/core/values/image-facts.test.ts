import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../src/core/values/byte-text.ts'
import { imageFacts } from '../../../src/core/values/image-facts.ts'

const bytesOf = (hex: string) => hexToBytes(hex.replaceAll(' ', '')) ?? new Uint8Array()

describe('imageFacts', () => {
  it.each([
    ['image/png', '89504e470d0a1a0a 0000000d 49484452 00000030 00000040', 48, 64],
    ['image/gif', '474946383961 0300 0500', 3, 5],
    ['image/jpeg', 'ffd8 ffe0 0004 0000 ffc0 0011 08 0010 0020 03', 32, 16],
    ['image/webp', '52494646 00000000 57454250 56503858 0a000000 00000000 0f0000 070000', 16, 8],
    ['image/webp', '52494646 00000000 57454250 5650384c 00000000 2f 0fc00100 0000000000', 16, 8],
    ['image/webp', '52494646 00000000 57454250 56503820 00000000 000000 9d012a 1000 0800', 16, 8],
    ['image/avif', '0000001c 66747970 61766966 00000000 00000014 69737065 00000000 00000010 00000008', 16, 8],
  ])('DV11 reads the size of %s', (type, hex, width, height) => {
    expect(imageFacts(bytesOf(hex))).toEqual({ type, size: { width, height } })
  })

  it('DV11 reports no size of a truncated image', () => {
    expect(imageFacts(bytesOf('89504e470d0a1a0a'))).toEqual({ type: 'image/png', size: undefined })
  })

  it('DV11 never throws, whatever the bytes', () => {
    const heads = [
      '89504e470d0a1a0a',
      'ffd8ff',
      '474946383961',
      '5249464600000000574542505650',
      '0000001c66747970617669660000',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 60 }), (head, rest) => {
        expect(imageFacts(Uint8Array.from([...bytesOf(head), ...rest]))?.type ?? 'none').toMatch(
          /^image|none/,
        )
      }),
    )
  })
})
