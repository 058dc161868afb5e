import { describe, expect, it } from 'vitest'
import { tokenOf } from '../../../src/renderer/api/connection.ts'

describe('tokenOf', () => {
  it('reads the token of a fragment', () => {
    expect(tokenOf('#token=abc-_1')).toBe('abc-_1')
    expect(tokenOf('#')).toBeUndefined()
    expect(tokenOf('#token=')).toBeUndefined()
    expect(tokenOf('')).toBeUndefined()
  })
})
