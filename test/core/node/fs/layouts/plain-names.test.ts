import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { plainLayout } from '../../../../../src/core/node/fs/layouts.ts'

describe('plainLayout on Windows', () => {
  const layout = plainLayout('win32')
  const bad = [
    'a:b',
    'c:\\x',
    'back\\slash',
    'a*',
    'what?',
    'tab\t',
    'dot.',
    'space ',
    'con',
    'NUL.txt',
    'x\0',
    'x'.repeat(256),
  ]

  it.each(bad)('F3 %j is not a valid name', segment => {
    expect(layout.problemOf(Key.of('ok', segment, 'ok'))).toContain('no file can be called')
  })

  it('F3 other names are valid', () => {
    for (const segment of ['console', 'com10', 'a.b', '.hidden', 'é'.repeat(200)]) {
      expect(layout.problemOf(Key.of(segment))).toBeUndefined()
    }
  })
})
