import { describe, expect, it } from 'vitest'
import {
  childKey,
  moveRow,
  parentOf,
  pathTo,
} from '../../../../src/renderer/features/branch-tab/child-keys.ts'

describe('keys of a branch', () => {
  it('are below their branch, also below the root', () => {
    expect(childKey('/', 'a')).toBe('/a')
    expect(childKey('/a', 'b:c')).toBe('/a/b:c')
  })

  it('have the ancestors up to the root', () => {
    expect(parentOf('/a/b')).toBe('/a')
    expect(parentOf('/a')).toBe('/')
    expect(parentOf('/')).toBeUndefined()
    expect(pathTo('/a/b')).toEqual([
      { key: '/', name: '/' },
      { key: '/a', name: 'a' },
      { key: '/a/b', name: 'b' },
    ])
  })
})

describe('moveRow', () => {
  it.each([
    ['ArrowDown', 0, 1],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['PageDown', 2, 6],
    ['PageUp', 2, 0],
    ['Home', 7, 0],
    ['End', 2, 9],
    ['a', 2, undefined],
  ])('%s moves from %i to %s', (key, from, to) => {
    expect(moveRow(from, key, 10, 4)).toBe(to)
  })
})
