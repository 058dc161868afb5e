import { describe, expect, it } from 'vitest'
import { searchProgress } from '../../../../src/renderer/ui/text/search-progress.ts'

describe('searchProgress', () => {
  const report = { found: 9, searched: 371_000, total: 371_000, isComplete: false, isLast: false, version: 1 }

  it('W99 shows how many keys were searched, and the total if it is known', () => {
    expect(searchProgress(report)).toBe('9 keys found · 371,000 keys looked at so far')
    expect(searchProgress({ ...report, total: 400_000 })).toBe(
      '9 keys found · 371,000 of ≥ 400,000 keys looked at',
    )
    expect(searchProgress({ ...report, isComplete: true })).toBe(
      '9 keys found · 371,000 of 371,000 keys looked at',
    )
  })
})
