import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../../src/core/hash/sha256.ts'
import { noise } from '../../../src/testkit/samples.ts'

const text = (value: string) => sha256(new TextEncoder().encode(value))

describe('sha256', () => {
  it('D22 equals the published examples', () => {
    expect(text('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(text('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    )
  })

  it('D22 equals the hash of the platform for every length around a block, also in a part of a buffer', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = noise(length + 3, length).subarray(3)
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'))
    }
    const long = noise(1_000_003)
    expect(sha256(long)).toBe(createHash('sha256').update(long).digest('hex'))
  })
})
