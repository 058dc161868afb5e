import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatCountOf,
  formatDuration,
  formatExactBytes,
  formatTime,
  formatTimeLeft,
} from '../../../../src/renderer/ui/text/format.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [12_345, '12.1 KiB'],
    [1024 * 1024 - 1, '1 MiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [3 * 1024 ** 6, '3072 PiB'],
  ])('formats %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('shows the exact number separately', () => {
    expect(formatExactBytes(12_345)).toBe('12,345 bytes')
  })
})

describe('formatCount', () => {
  it('marks approximate numbers', () => {
    expect(formatCount(1234, 'exact')).toBe('1,234')
    expect(formatCount(1234, 'lower-bound')).toBe('≥ 1,234')
    expect(formatCount(1234, 'approximate')).toBe('~ 1,234')
    expect(formatCount(12_345, 'approximate')).toBe('~ 12,000')
    expect(formatCount(1234, 'unknown')).toBe('?')
    expect(formatCount(undefined, 'exact')).toBe('?')
  })

  it('agrees with the number', () => {
    expect(formatCountOf(1, 'exact', 'key', 'keys')).toBe('1 key')
    expect(formatCountOf(0, 'lower-bound', 'key', 'keys')).toBe('≥ 0 keys')
  })
})

describe('formatTime and formatDuration', () => {
  it('shows local time to the second', () => {
    expect(formatTime(new Date(2026, 2, 1, 9, 5, 7).getTime())).toBe('2026-03-01 09:05:07')
  })

  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [12_345, '12.3 s'],
    [245_000, '4 min 5 s'],
    [7_380_000, '2 h 3 min'],
  ])('formats %d ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text)
  })

  it.each([
    [-1, '0 s'],
    [11_001, '12 s'],
    [60_000, '1 min'],
    [170_000, '3 min'],
    [7_380_000, '2 h 3 min'],
    [200 * 3_600_000, '9 days'],
  ])('formats %d remaining ms as %s', (milliseconds, text) => {
    expect(formatTimeLeft(milliseconds)).toBe(text)
  })
})
