import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { repeatCount } from '../../../../src/renderer/api/repeat-count.ts'

/** Counts that settle when the test says so. */
function counts() {
  const running: { resolve: (value: number) => void; reject: (error: Error) => void; signal: AbortSignal }[] =
    []
  const count = (signal: AbortSignal): Promise<number> =>
    new Promise((resolve, reject) => running.push({ resolve, reject, signal }))
  return { running, count }
}

describe('repeatCount', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('counts at once, and once more after changes during the count', async () => {
    const { running, count } = counts()
    const results: (number | 'failed')[] = []
    const counting = repeatCount(count, result => results.push(result))
    counting.again()
    counting.again()
    expect(running).toHaveLength(1)
    running[0]!.resolve(1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(running).toHaveLength(2)
    running[1]!.resolve(2)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(results).toEqual([1, 2])
    expect(running).toHaveLength(2)
  })

  it('J3 counts within a second after a single change, however long the previous count took', async () => {
    const { running, count } = counts()
    const counting = repeatCount(count, () => undefined)
    await vi.advanceTimersByTimeAsync(3000)
    running[0]!.resolve(1)
    await vi.advanceTimersByTimeAsync(0)
    counting.again()
    await vi.advanceTimersByTimeAsync(1000)
    expect(running).toHaveLength(2)
  })

  it('waits longer if counting takes long and changes continue', async () => {
    const { running, count } = counts()
    const counting = repeatCount(count, () => undefined)
    running[0]!.resolve(1)
    await vi.advanceTimersByTimeAsync(0)
    counting.again()
    await vi.advanceTimersByTimeAsync(1000)
    counting.again()
    await vi.advanceTimersByTimeAsync(3000)
    running[1]!.resolve(2)
    await vi.advanceTimersByTimeAsync(14_000)
    expect(running).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(2000)
    expect(running).toHaveLength(3)
  })

  it('J3 counts at once if the pause after the last count is over', async () => {
    const { running, count } = counts()
    const counting = repeatCount(count, () => undefined)
    running[0]!.resolve(1)
    await vi.advanceTimersByTimeAsync(1000)
    counting.again()
    await vi.advanceTimersByTimeAsync(0)
    expect(running).toHaveLength(2)
  })

  it('reports a failure, and nothing more after it was ended', async () => {
    const { running, count } = counts()
    const results: unknown[] = []
    const counting = repeatCount(count, result => results.push(result))
    running[0]!.reject(new Error('gone'))
    await vi.advanceTimersByTimeAsync(0)
    expect(results).toEqual(['failed'])
    counting.again()
    counting.end()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(running).toHaveLength(1)
    expect(running[0]!.signal.aborted).toBe(true)
  })
})
