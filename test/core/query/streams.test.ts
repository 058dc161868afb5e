import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapAhead } from '../../../src/core/query/map-ahead.ts'
import { mergeOrdered } from '../../../src/core/query/merge.ts'
import { collect } from '../../contract/suite.ts'

const byNumber = (a: number, b: number) => a - b

async function* from<T>(items: readonly T[], closed: () => void = () => undefined): AsyncIterable<T> {
  try {
    for (const item of items) {
      await Promise.resolve()
      yield item
    }
  } finally {
    closed()
  }
}

describe('mergeOrdered', () => {
  it('S2 Q3 gives all items of all sources in order, ties to the earlier source', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(9)), { maxLength: 6 }), async lists => {
        const sources = lists.map((list, source) =>
          list.toSorted(byNumber).map(number => ({ number, source })),
        )
        const merged = await collect(
          mergeOrdered(
            sources.map(list => from(list)),
            (a, b) => a.number - b.number,
          ),
        )
        const expected = sources.flat().sort((a, b) => a.number - b.number || a.source - b.source)
        expect(merged).toEqual(expected)
      }),
    )
  })

  it('S2 closes every source when the reader leaves, and when one fails', async () => {
    let closed = 0
    const sources = () => [from([1, 4], () => closed++), from([2, 3], () => closed++)]
    for await (const item of mergeOrdered(sources(), byNumber)) if (item === 2) break
    expect(closed).toBe(2)
    async function* failing(): AsyncIterable<number> {
      yield 0
      throw new Error('broken')
    }
    await expect(collect(mergeOrdered([...sources(), failing()], byNumber))).rejects.toThrow('broken')
    expect(closed).toBe(4)
  })

  it('S2 asks a source for no more than its next item', async () => {
    let asked = 0
    async function* endless(): AsyncIterable<number> {
      for (;;) yield asked++
    }
    for await (const item of mergeOrdered([endless(), from([100])], byNumber)) if (item === 5) break
    expect(asked).toBe(6)
  })
})

describe('mapAhead', () => {
  it('Q7 gives results in order, with no more than its width under way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, items, width) => {
          let underWay = 0
          let most = 0
          const work = (isSlow: boolean) => {
            if (!isSlow) return isSlow
            most = Math.max(most, ++underWay)
            return scheduler.schedule(Promise.resolve(isSlow)).then(result => {
              underWay--
              return result
            })
          }
          const results = collect(mapAhead(from(items), width, work))
          await scheduler.waitFor(results)
          expect(await results).toEqual(items)
          expect(most).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  it('Q7 passes on a failure in its place, and leaves none unheard', async () => {
    const got: number[] = []
    const work = async (item: number) => (item < 2 ? item : Promise.reject(new Error(`failed at ${item}`)))
    const drain = async () => {
      for await (const item of mapAhead(from([0, 1, 2, 3, 4]), 3, work)) got.push(item)
    }
    await expect(drain()).rejects.toThrow('failed at 2')
    expect(got).toEqual([0, 1])
  })

  it('Q7 closes its source when the reader leaves', async () => {
    let isClosed = false
    const source = from([1, 2, 3], () => {
      isClosed = true
    })
    for await (const item of mapAhead(source, 2, async one => one)) {
      expect(item).toBe(1)
      break
    }
    expect(isClosed).toBe(true)
  })
})
