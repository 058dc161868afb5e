import { describe, expect, it } from 'vitest'
import { rankedBranches } from '../../../../src/renderer/features/overview/largest-branches.tsx'
import {
  bytesText,
  changedCoverage,
  coverageText,
  keysText,
  kindText,
} from '../../../../src/renderer/features/overview/overview-text.ts'
import { inOrder } from '../../../../src/renderer/features/overview/steady-rows.ts'
import { formatAgo } from '../../../../src/renderer/ui/text/format.ts'
import type { Overview } from '../../../../src/shared/procedures/overview.ts'

const whole: Overview = {
  version: 1,
  state: 'done',
  keys: 368,
  isCounted: true,
  bytes: 1_374_000,
  areBytesExact: true,
  level: '/',
  branches: [],
  otherBranches: 0,
  looseKeys: 0,
  kinds: [{ kind: 'json', keys: 253 }],
  areKindsRead: true,
  changed: [],
  hasTimes: true,
  measured: 368,
  typed: 368,
}
const sampled: Overview = {
  ...whole,
  keys: 1_204_331,
  areBytesExact: false,
  measured: 40_000,
  typed: 1000,
}

describe('overview texts', () => {
  it('O48 figures of all values are shown unchanged', () => {
    expect(keysText(whole)).toBe('368')
    expect(bytesText(whole)).toBe('1.31 MiB')
    expect(kindText('image', 1, whole)).toBe('1 image')
    expect(coverageText(whole)).toBeUndefined()
    expect(changedCoverage(whole)).toBeUndefined()
  })

  it('O48 figures of a sample show its size', () => {
    expect(bytesText(sampled)).toBe('about 1.31 MiB')
    expect(kindText('image', 5, sampled)).toBe('< 1 % images')
    expect(kindText('json', 253, sampled)).toBe('25 % JSON')
    expect(kindText('json', 999, sampled)).toBe('> 99 % JSON')
    expect(kindText('json', 1000, sampled)).toBe('100 % JSON')
    expect(coverageText(sampled)).toBe(
      'Sizes: 40,000 of 1,204,331 keys looked at. Kinds: 1,000 of 1,204,331 keys read.',
    )
    expect(coverageText({ ...whole, areKindsRead: false })).toBe('Kinds by the names of the keys.')
    expect(changedCoverage(sampled)).toBe('Of 40,000 of 1,204,331 keys looked at, and what changed since.')
    expect(keysText({ ...whole, isCounted: false })).toBe('≥ 368')
    expect(keysText({ ...whole, keys: 0, isCounted: false })).toBe('…')
  })

  it('O45 branches are ranked by their keys or by their bytes', () => {
    const branches = [
      { key: '/a', keys: 3, bytes: 1 },
      { key: '/b', keys: 2, bytes: 9 },
      { key: '/c', keys: 5 },
    ]
    const names = (measure: 'keys' | 'bytes') =>
      rankedBranches({ ...whole, branches }, measure).map(({ key }) => key)
    expect(names('keys')).toEqual(['/c', '/a', '/b'])
    expect(names('bytes')).toEqual(['/b', '/a', '/c'])
  })

  it('O49 rows keep their order, and new ones come after them', () => {
    const rows = ['new', 'b', 'a'].map(key => ({ key }))
    expect(inOrder(rows, ['a', 'gone', 'b']).map(({ key }) => key)).toEqual(['a', 'b', 'new'])
  })
})

describe('formatAgo', () => {
  const now = new Date(2026, 2, 1, 22, 31).getTime()

  it.each([
    [3, 'just now'],
    [12, '12 seconds ago'],
    [60, '1 minute ago'],
    [59 * 60, '59 minutes ago'],
    [2 * 3600, 'today, 20:31'],
    [23 * 3600, 'yesterday, 23:31'],
    [50 * 3600, '2026-02-27'],
    [-3600, '2026-03-01'],
  ])('O45 %i seconds ago is %s', (seconds, text) => {
    expect(formatAgo(now - seconds * 1000, now)).toBe(text)
  })
})
