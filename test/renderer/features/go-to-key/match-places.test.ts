import { describe, expect, it } from 'vitest'
import { matchPlaces } from '../../../../src/renderer/features/go-to-key/match-places.ts'

/** The key with the marked letters in brackets. */
function marked(key: string, text: string): string {
  const places = matchPlaces(key, text)
  return Array.from(key, (character, index) => (places.has(index) ? `[${character}]` : character)).join('')
}

describe('matchPlaces', () => {
  it.each([
    ['/films/Metropolis', 'metro', '/films/[M][e][t][r][o]polis'],
    ['/a/ab', 'ab', '/a/[a][b]'],
    ['/films/alien', 'al fi', '/[f][i]lms/[a][l]ien'],
    ['/2021/gamma-199-2.json', 'gam199', '/2021/[g][a][m]ma-[1][9][9]-2.json'],
    ['/net/other/note', 'note', '/net/other/[n][o][t][e]'],
    ['/src/useQueryRows.ts', 'qr', '/src/use[Q]uery[R]ows.ts'],
    ['/films/alien', 'xyz', '/films/alien'],
    ['/films/alien', '', '/films/alien'],
  ])('G1 marks in %s the matches of "%s"', (key, text, expected) => {
    expect(marked(key, text)).toBe(expected)
  })

  it('G1 a letter whose lower case is longer keeps its position', () => {
    expect(matchPlaces('/İx', 'x')).toEqual(new Set([2]))
  })
})
