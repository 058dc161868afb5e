import { describe, expect, it } from 'vitest'
import { forEachBounded } from '../../../src/core/concurrency/for-each-bounded.ts'

describe('forEachBounded', () => {
  it('never exceeds its limit, and runs everything', async () => {
    let running = 0
    let most = 0
    const done: number[] = []
    await forEachBounded(numbers(50), 4, async item => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setImmediate(resolve))
      done.push(item)
      running--
    })
    expect(most).toBe(4)
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  })

  it('throws the first failure once the running work has ended', async () => {
    let running = 0
    const begun: number[] = []
    const work = async (item: number): Promise<void> => {
      begun.push(item)
      running++
      await new Promise(resolve => setImmediate(resolve))
      running--
      if (item === 10) throw new Error('ten')
    }
    await expect(forEachBounded(numbers(1000), 4, work)).rejects.toThrow('ten')
    expect(running).toBe(0)
    expect(begun.length).toBeLessThan(20)
  })

  async function* numbers(count: number): AsyncIterable<number> {
    for (let index = 0; index < count; index++) yield index
  }
})
