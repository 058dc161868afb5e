import { describe, expect, it } from 'vitest'
import { scrollTarget } from '../../../../../src/renderer/features/tree/view/scroll-target.ts'

describe('scrollTarget()', () => {
  it('moves as little as can be', () => {
    const at = (row: number, covered = 0) => scrollTarget({ row, covered }, 1000, 440, 'nearest')
    expect(at(50)).toBe(1000)
    expect(at(45)).toBe(990)
    expect(at(64)).toBe(1000)
    expect(at(65)).toBe(65 * 22 + 22 - 440)
  })

  it('brings a row out from under what covers it', () => {
    expect(scrollTarget({ row: 47, covered: 66 }, 1000, 440, 'nearest')).toBe(47 * 22 - 66)
  })

  it('puts a row in the middle', () => {
    expect(scrollTarget({ row: 100, covered: 44 }, 0, 440, 'center')).toBe(2200 - 209)
  })
})
