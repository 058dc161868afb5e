import { describe, expect, it } from 'vitest'
import { nextOption } from '../../../../src/renderer/ui/fields/completion-field.tsx'

describe('nextOption', () => {
  it('wraps around with the arrow keys', () => {
    expect(nextOption('ArrowDown', -1, 3)).toBe(0)
    expect(nextOption('ArrowDown', 2, 3)).toBe(0)
    expect(nextOption('ArrowUp', -1, 3)).toBe(2)
    expect(nextOption('ArrowUp', 0, 3)).toBe(2)
  })

  it('stops at the ends with the page keys', () => {
    expect(nextOption('PageDown', 0, 30)).toBe(8)
    expect(nextOption('PageDown', 28, 30)).toBe(29)
    expect(nextOption('PageUp', 3, 30)).toBe(0)
  })

  it('ignores other keys and empty lists', () => {
    expect(nextOption('Home', 1, 3)).toBeUndefined()
    expect(nextOption('ArrowDown', -1, 0)).toBeUndefined()
  })
})
