import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ZstdFrames } from '../../../../src/core/node/serializers/zstd-frames.ts'

/** A frame with one raw block and one run, with a checksum; a skippable frame; a frame of a known size. */
const checked = [
  0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x18, 0, 0, 1, 2, 3, 0x53, 0, 0, 9, 0xaa, 0xbb, 0xcc, 0xdd,
]
const skipped = [0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 7, 7, 7]
const sized = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 2, 0x11, 0, 0, 5, 6]

function read(bytes: readonly number[], step = bytes.length): boolean {
  const frames = new ZstdFrames()
  for (let start = 0; start < bytes.length; start += step)
    frames.push(Uint8Array.from(bytes.slice(start, start + step)))
  return frames.isWhole
}

describe('ZstdFrames', () => {
  it('V2 a stream is complete at the end of each frame, and truncated anywhere else, in chunks of any size', () => {
    const all = [...checked, ...skipped, ...sized]
    const ends = [checked.length, checked.length + skipped.length, all.length]
    fc.assert(
      fc.property(fc.nat(all.length), fc.integer({ min: 1, max: 9 }), (length, step) => {
        expect(read(all.slice(0, length), step)).toBe(ends.includes(length))
      }),
    )
    for (const length of ends) expect(read(all.slice(0, length), 4)).toBe(true)
  })

  it('V2 bytes that are not a frame, and a block of unknown type, are rejected', () => {
    expect(() => read([1, 2, 3, 4])).toThrow(/no zstd frames/)
    expect(() => read([...checked, 0, 0, 0, 0])).toThrow(/no zstd frames/)
    expect(() => read([...sized.slice(0, 6), 0x17, 0, 0])).toThrow(/no known type/)
  })
})
