import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slice } from '../../../src/core/query/answer.ts'
import { inWindows } from '../../../src/core/query/in-windows.ts'
import { mergeOrdered } from '../../../src/core/query/merge.ts'
import { collect } from '../../../src/testkit/suite.ts'

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
  it('S2 Q3 returns all items of all sources in order, ties to the earlier source', async () => {
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

  it('S2 closes every source when the reader stops, and when one fails', async () => {
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

  it('S2 requests no more than the next item of a source', async () => {
    let asked = 0
    async function* endless(): AsyncIterable<number> {
      for (;;) yield asked++
    }
    for await (const item of mergeOrdered([endless(), from([100])], byNumber)) if (item === 5) break
    expect(asked).toBe(6)
  })
})

describe('inWindows', () => {
  const work = fc.record({ isSlow: fc.boolean(), isNothing: fc.boolean() })

  it('Q7 returns the results of the items in their order, with a few in progress at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(work, { maxLength: 50 }), { maxLength: 3 }), async batches => {
        let underWay = 0
        let most = 0
        const slowly = async <T>(result: T): Promise<T> => {
          most = Math.max(most, ++underWay)
          await Promise.resolve()
          underWay--
          return result
        }
        const numbered = batches.map((batch, outer) =>
          batch.map((one, inner) => ({ ...one, id: outer * 100 + inner })),
        )
        const results = await collect(
          inWindows(from(numbered), ({ isSlow, isNothing, id }) => {
            const result = isNothing ? undefined : id
            return isSlow ? slowly(result) : result
          }),
        )
        const expected = numbered.flat().filter(({ isNothing }) => !isNothing)
        expect(results.flat()).toEqual(expected.map(({ id }) => id))
        expect(most).toBeLessThanOrEqual(32)
      }),
    )
  })

  it('Q7 passes on a failure, and leaves no rejection unhandled', async () => {
    const failing = async (item: number) => (item < 2 ? item : Promise.reject(new Error(`failed at ${item}`)))
    await expect(collect(inWindows(from([[0, 1, 2, 3, 4]]), failing))).rejects.toThrow('failed at 2')
  })

  it('Q7 closes its source when the reader stops', async () => {
    let isClosed = false
    const source = from([[1], [2]], () => {
      isClosed = true
    })
    for await (const items of inWindows(source, async one => one)) {
      expect(items).toEqual([1])
      break
    }
    expect(isClosed).toBe(true)
  })
})

describe('slice', () => {
  it('Q3 skips and returns items across batches, and requests no more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(), { maxLength: 4 })),
        fc.nat(10),
        fc.nat(10),
        async (batches, offset, limit) => {
          let asked = 0
          async function* counted() {
            for (const batch of batches) {
              asked += 1
              yield await Promise.resolve(batch)
            }
          }
          expect((await collect(slice(counted(), offset, limit))).flat()).toEqual(
            batches.flat().slice(offset, offset + limit),
          )
          let needed = 0
          for (let total = 0; limit > 0 && needed < batches.length && total < offset + limit; needed++)
            total += batches[needed]!.length
          expect(asked).toBe(needed)
        },
      ),
    )
  })
})
