import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Slices, sortInSlices } from '../../../src/core/concurrency/slices.ts'

/** Blocks the thread. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

describe('work in slices', () => {
  it('F11 concurrent tasks share the time of one turn of the event loop', async () => {
    const perTurn = [0]
    const run = { isOver: false }
    const counting = (async () => {
      while (!run.isOver) {
        await setImmediate()
        perTurn.push(0)
      }
    })()
    const task = async (): Promise<void> => {
      const slices = new Slices()
      for (let step = 0; step < 20; step++) {
        work(1)
        perTurn.push((perTurn.pop() ?? 0) + 1)
        if (slices.isOver) await slices.pause()
      }
    }
    await Promise.all(Array.from({ length: 10 }, task))
    run.isOver = true
    await counting
    // Each task makes one step before it checks the clock. Alone, each would make four.
    expect(Math.max(...perTurn)).toBeLessThan(20)
  })

  it('F11 sorts like Array.sort(), without blocking the event loop', async () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `${(index * 7919) % 50_000} é \u{1f600}`)
    const run = { turns: 0, isOver: false }
    const counting = (async () => {
      while (!run.isOver) {
        await setImmediate()
        run.turns++
      }
    })()
    expect(await sortInSlices([...names], new Slices())).toEqual(names.sort())
    run.isOver = true
    await counting
    expect(run.turns).toBeGreaterThan(1)
  })

  it('F11 the sort is stable', async () => {
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 9000 }), fc.nat(50), async (length, seed) => {
      const items = Array.from({ length }, (_, index) => ({ index, rank: (index * seed) % 7 }))
      const compare = (a: { rank: number }, b: { rank: number }): number => a.rank - b.rank
      expect(await sortInSlices([...items], new Slices(), compare)).toEqual(items.toSorted(compare))
    })
    await fc.assert(property, { numRuns: 30 })
  })
})
