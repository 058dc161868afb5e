import { describe, expect, it } from 'vitest'
import { levelText } from '../../../../src/renderer/app/actions/key-actions.ts'

describe('levelText', () => {
  it('is a level, ready for a name', () => {
    expect(levelText('/a')).toBe('/a/')
    expect(levelText('/')).toBe('/')
  })
})
