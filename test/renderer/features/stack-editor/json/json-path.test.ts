import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatPath,
  isPrefix,
  parsePath,
} from '../../../../../src/renderer/features/stack-editor/json/json-path.ts'

describe('json-path', () => {
  it('X1 parsePath() reads what formatPath() writes', () => {
    const step = fc.oneof(fc.nat(), fc.string(), fc.constantFrom('root', 'tiers', '/a.b', 'a[0]', '"', '\\'))
    fc.assert(
      fc.property(fc.array(step), path => {
        expect(parsePath(formatPath(path))).toEqual(path)
      }),
    )
  })

  it('X1 spells paths as problems do', () => {
    expect(formatPath(['root', 'tiers', 1, 'path'])).toBe('root.tiers[1].path')
    expect(parsePath('root.stores["/a.b"].path')).toEqual(['root', 'stores', '/a.b', 'path'])
    expect(parsePath('')).toEqual([])
  })

  it('X1 reads a path that goes wrong as far as it goes', () => {
    expect(parsePath('root.tiers[x].path')).toEqual(['root', 'tiers'])
  })

  it('X1 isPrefix() compares step by step', () => {
    expect(isPrefix(['root', 'a'], ['root', 'a', 1])).toBe(true)
    expect(isPrefix(['root', 'a'], ['root', 'ab'])).toBe(false)
  })
})
