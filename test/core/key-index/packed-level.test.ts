import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EntryBuffer, LevelBuilder, readEntry } from '../../../src/core/key-index/packed-level.ts'

const unit = fc.constantFrom('a', 'b', '-', '\0', '\u0001', 'é', '\ue000', '\u{1f600}')
const name = fc.string({ unit, minLength: 1, maxLength: 4 })

describe('LevelBuilder', () => {
  it('returns each child once, in order, in both directions and from any name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, fc.boolean()), { maxLength: 60 }),
        name,
        async (found, after) => {
          const builder = new LevelBuilder()
          const model = new Map<string, { isValue: boolean; isBranch: boolean }>()
          for (const [one, isValue] of found) {
            await builder.add(one, isValue)
            const known = model.get(one) ?? { isValue: false, isBranch: false }
            model.set(one, { ...known, ...(isValue ? { isValue: true } : { isBranch: true }) })
          }
          const level = await builder.finish()
          const sorted = [...model]
            .map(([one, flags]) => ({ name: one, ...flags }))
            .sort((a, b) => (a.name < b.name ? -1 : 1))
          expect(level.size).toBe(sorted.length)
          expect([...level.entries()]).toEqual(sorted)
          expect([...level.entries(undefined, true)]).toEqual(sorted.toReversed())
          expect([...level.entries(after)]).toEqual(sorted.filter(one => one.name > after))
          expect([...level.entries(after, true)]).toEqual(sorted.filter(one => one.name < after).toReversed())
        },
      ),
      { numRuns: 300 },
    )
  })

  it('F23 sorts many children in slices, and packs them', async () => {
    const builder = new LevelBuilder()
    let turns = 0
    const counting = setInterval(() => turns++)
    for (let index = 0; index < 200_000; index++) {
      const one = `k${String((index * 7919) % 100_000).padStart(6, '0')}`
      await builder.add(one, index < 100_000)
    }
    const level = await builder.finish()
    clearInterval(counting)
    expect(turns).toBeGreaterThan(3)
    expect(level.size).toBe(100_000)
    let number = 0
    for (const entry of level.entries())
      if (entry.name === `k${String(number).padStart(6, '0')}` && entry.isValue && entry.isBranch) number++
    expect(number).toBe(100_000)
    expect(level.copy().byteLength / level.size).toBeLessThan(7 + 6)
  })
})

describe('EntryBuffer', () => {
  it('stores sizes up to the largest safe integer, in as few bytes as they need', () => {
    const buffer = new EntryBuffer()
    for (const size of [
      undefined,
      0,
      1,
      127,
      128,
      16_383,
      16_384,
      2 ** 31,
      2 ** 40 + 1,
      Number.MAX_SAFE_INTEGER,
    ]) {
      const length = buffer.write({ name: 'é', isValue: true, isBranch: false, size })
      expect(readEntry(buffer.bytes, 0, length).size).toBe(size)
    }
    expect(buffer.write({ name: 'x', isValue: true, isBranch: false, size: 100 })).toBe(4)
    const long = 'x'.repeat(5000)
    const length = buffer.write({ name: long, isValue: false, isBranch: true })
    expect(readEntry(buffer.bytes, 0, length).name).toBe(long)
  })
})
