import { describe, expect, it } from 'vitest'
import { agreementText, placeViews } from '../../../../src/renderer/features/inspector/places.ts'
import type { KeyResidency, PlaceOfKey } from '../../../../src/shared/procedures/residency.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const nodes = [
  { id: 'c', kind: 'memory', label: 'Cache' },
  { id: 'b', kind: 'fs', label: 'Shard B' },
]
const stat = { size: 371, mtime: NOW - 4000, etag: 'e' }
const place = (node: string, more: Partial<PlaceOfKey> = {}): PlaceOfKey => ({
  node,
  key: '/a',
  isCopy: node === 'c',
  state: 'present',
  stat,
  ...more,
})
const look = (places: PlaceOfKey[], agreement: KeyResidency['agreement'] = 'same'): KeyResidency => ({
  key: '/a',
  places,
  agreement,
})
const rowsOf = (of: KeyResidency) =>
  placeViews(of, nodes, NOW).map(({ label, size, detail, state }) => [label, size, detail, state])

describe('the places of a key in words', () => {
  it('O12 placeViews() shows size and age of each place', () => {
    expect(rowsOf(look([place('c', { content: 0 }), place('b', { content: 0 })]))).toEqual([
      ['Cache', '371 bytes', 'copy · written just now', 'here'],
      ['Shard B', '371 bytes', 'written just now', 'here'],
    ])
  })

  it('O13 placeViews() marks the copy whose value differs from the store', () => {
    const of = look([place('c', { content: 0 }), place('b', { content: 1 })], 'different')
    expect(rowsOf(of).map(([, , , state]) => state)).toEqual(['differs', 'here'])
    expect(rowsOf(of)[0]?.[2]).toMatch(/^another value · .*written just now$/)
    expect(agreementText(of)).toBe('copies differ')
  })

  it('O13 placeViews() does not mark places that were not compared', () => {
    const of = look([place('c'), place('b')], 'unknown')
    expect(rowsOf(of).map(([, , , state]) => state)).toEqual(['here', 'here'])
    expect(agreementText(of)).toBe('not compared')
  })

  it('O12 placeViews() shows missing values, pending writes and failures', () => {
    const absent = place('c', { state: 'absent', stat: undefined })
    const failed = place('b', { state: 'failed', stat: undefined, problem: 'the disk is gone' })
    expect(rowsOf(look([absent, failed], 'single'))).toEqual([
      ['Cache', undefined, 'no copy', 'none'],
      ['Shard B', undefined, 'the disk is gone', 'failed'],
    ])
    expect(agreementText(look([absent, failed], 'single'))).toBe(undefined)
    const waiting = look(
      [place('c', { state: 'unflushed', content: 0 }), place('b', { content: 1 })],
      'different',
    )
    expect(rowsOf(waiting)[0]?.[2]).toBe('waits to reach the stores below · written just now')
    expect(agreementText(waiting)).toBe('not flushed yet')
  })

  it('O12 placeViews() shows the uncompressed size, and the key as the node has it', () => {
    const [view] = placeViews(look([place('b', { key: '/in/a', valueSize: 612 })], 'single'), nodes, NOW)
    expect(view?.ownKey).toBe('/in/a')
    expect(view?.detail).toBe('612 bytes unpacked · written just now')
  })
})
