import { describe, expect, it } from 'vitest'
import { renamedKey } from '../../../src/renderer/api/renamed-key.ts'

describe('renamedKey', () => {
  it('H8 takes a name without a leading slash as a key beside the renamed one', () => {
    expect(renamedKey('/values/a.txt', 'b.txt')).toEqual({ to: '/values/b.txt' })
    expect(renamedKey('/a.txt', 'b.txt')).toEqual({ to: '/b.txt' })
    expect(renamedKey('/values/a.txt', 'new/b.txt')).toEqual({ to: '/values/new/b.txt' })
    expect(renamedKey('/values/a.txt', ' b')).toEqual({ to: '/values/ b' })
  })

  it('H8 takes a text with a leading slash as a whole key', () => {
    expect(renamedKey('/values/a.txt', '/b.txt')).toEqual({ to: '/b.txt' })
    expect(renamedKey('/values/a.txt', '/x/y')).toEqual({ to: '/x/y' })
  })

  it('says why a text names no key', () => {
    for (const text of ['', '/', 'a//b', '/a/', 'a/..', '.', '\ud800']) {
      expect(renamedKey('/values/a.txt', text), text).toHaveProperty('problem')
    }
  })
})
