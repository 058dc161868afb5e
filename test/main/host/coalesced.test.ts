import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Coalesced } from '../../../src/main/host/coalesced.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function counting(): { coalesced: Coalesced; said: () => number } {
  let count = 0
  return { coalesced: new Coalesced(100, () => count++), said: () => count }
}

it('reports the first change at once, later ones together, and always the last one', () => {
  const { coalesced, said } = counting()
  coalesced.request()
  expect(said()).toBe(1)
  for (let request = 0; request < 50; request++) coalesced.request()
  expect(said()).toBe(1)
  vi.advanceTimersByTime(100)
  expect(said()).toBe(2)
  vi.advanceTimersByTime(1000)
  expect(said()).toBe(2)
  coalesced.request()
  expect(said()).toBe(3)
})

it('under steady requests reports ten times a second', () => {
  const { coalesced, said } = counting()
  for (let millisecond = 0; millisecond < 1000; millisecond++) {
    coalesced.request()
    vi.advanceTimersByTime(1)
  }
  expect(said()).toBeLessThanOrEqual(11)
  expect(said()).toBeGreaterThanOrEqual(10)
})

it('flush reports pending changes, and nothing otherwise', () => {
  const { coalesced, said } = counting()
  coalesced.flush()
  expect(said()).toBe(0)
  coalesced.request()
  coalesced.request()
  coalesced.flush()
  expect(said()).toBe(2)
  vi.advanceTimersByTime(1000)
  expect(said()).toBe(2)
})

it('stop drops pending changes', () => {
  const { coalesced, said } = counting()
  coalesced.request()
  coalesced.request()
  coalesced.stop()
  vi.advanceTimersByTime(1000)
  expect(said()).toBe(1)
})
