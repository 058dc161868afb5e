import { describe, expect, it } from 'vitest'
import { PackedCopies } from '../../../src/core/stores/packed-copies.ts'

describe('PackedCopies', () => {
  it('D15 copies share no memory with their sources or with each other', () => {
    const packed = new PackedCopies()
    const sizes = [0, 1, 100, 4096, 4097, 65_536, 3, 100_000, 4095]
    const sources = Array.from({ length: 200 }, (_, index) => {
      const size = sizes[index % sizes.length] ?? 0
      return new Uint8Array(size).fill(index)
    })
    const copies = sources.map(source => packed.copy(source))
    for (const source of sources) source.fill(255)
    copies.forEach((copy, index) => {
      expect(copy).toHaveLength(sizes[index % sizes.length] ?? 0)
      expect(copy.every(byte => byte === index)).toBe(true)
    })
  })
})
