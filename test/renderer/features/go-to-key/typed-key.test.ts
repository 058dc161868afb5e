import { describe, expect, it } from 'vitest'
import { candidateKeys, modeOf } from '../../../../src/renderer/features/go-to-key/typed-key.ts'
import { visibleName } from '../../../../src/renderer/ui/text/visible-name.ts'

describe('typed keys', () => {
  it.each([
    ['', 'recent'],
    ['  ', 'recent'],
    ['/films', 'path'],
    ['  /films\n', 'path'],
    ['films', 'search'],
  ])('G2 reads %j as %s', (text, mode) => {
    expect(modeOf(text)).toBe(mode)
  })

  it('G2 tries a key unchanged first, then without surrounding spaces', () => {
    expect(candidateKeys('/a ')).toEqual(['/a ', '/a'])
    expect(candidateKeys(' /a')).toEqual(['/a'])
  })

  it.each(['a\nb', '\tx', ' both ', 'zero​width', 'right‮left'])(
    'G2 reads the signs that the tree shows for %j',
    name => {
      const shown = visibleName(name)
        .map(part => part.text)
        .join('')
      expect(candidateKeys(`/dir/${shown}`)).toContain(`/dir/${name}`)
    },
  )

  it('G2 does not change text that is not a sign', () => {
    expect(candidateKeys('/U+FFFFFF/\\x')).toEqual(['/U+FFFFFF/\\x'])
  })
})
