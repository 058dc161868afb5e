import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { pageOfKeys } from '../../../../src/core/list-page.ts'
import { Call } from '../../../../src/core/open/call.ts'
import type { LevelPage } from '../../../../src/core/ordered/layout.ts'
import { encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'
import { strataLevel } from '../../../../src/core/ordered/strata/strata-layout.ts'
import { anyKey } from '../../arbitrary-keys.ts'
import { MemoryDriver, MemoryPlace } from '../memory-driver.ts'

const segment = fc.constantFrom('a', 'b', 'a-b', 'ab', 'a\0', '😀', '\uffff', 'c', 'd', 'e', 'f', 'g')
const key = fc.oneof(
  { weight: 9, arbitrary: fc.array(segment, { minLength: 1, maxLength: 4 }).map(names => Key.of(...names)) },
  { weight: 1, arbitrary: anyKey.filter(one => !one.isRoot) },
)

function driverOf(keys: readonly Key[], readAhead: number): MemoryDriver {
  const place = new MemoryPlace()
  for (const one of keys) place.rows.set({ key: encodeKey(one), value: new Uint8Array(), size: 0 })
  return new MemoryDriver(place, { info: { readAhead, maxRows: 50 } })
}

const whole: LevelPage = { after: undefined, limit: 1000, reverse: false, signal: undefined }

describe('a level in layout strata', () => {
  it('E1 D9 pages of any size, in both directions, equal those of the model', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 120, selector: String }),
        fc.constantFrom(Key.root, Key.of('a'), Key.of('a', 'b'), Key.of('\uffff')),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.constantFrom(2, 3, 8, 64),
        async (keys, prefix, limit, reverse, readAhead) => {
          const driver = driverOf(keys, readAhead)
          let after: string | undefined
          do {
            const page = await strataLevel(driver, prefix, { ...whole, after, limit, reverse })
            const expected = pageOfKeys(keys, prefix, Call.from({ after, limit, reverse }))
            expect(page).toEqual({ ...expected, total: undefined })
            after = page.cursor
          } while (after !== undefined)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('E1 a page starts strictly after any name, also an absent one', async () => {
    const keys = ['/a', '/b/x', '/c', '/c/x', '/e'].map(Key.parse)
    const driver = driverOf(keys, 4)
    for (const after of ['\0', 'a', 'aa', 'b', 'bb', 'c', 'd', 'e', 'z']) {
      for (const reverse of [false, true]) {
        const expected = pageOfKeys(keys, Key.root, Call.from({ after, limit: 9, reverse }))
        const page = await strataLevel(driver, Key.root, { ...whole, after, reverse })
        expect(page).toEqual({ ...expected, total: undefined })
      }
    }
  })

  it.each([
    { rowsOfChild: 1, most: 1.3 },
    { rowsOfChild: 10, most: 1.4 },
    { rowsOfChild: 100, most: 4 },
  ])(
    'E1 a page of children of $rowsOfChild rows reads little more than the cheaper strategy',
    async ({ rowsOfChild, most }) => {
      const seek = 16
      const place = new MemoryPlace()
      for (let child = 0; child < 300; child++) {
        for (let row = 0; row < rowsOfChild; row++) {
          const name = `c${String(child).padStart(4, '0')}`
          const below = rowsOfChild === 1 ? Key.of(name) : Key.of(name, `r${row}`)
          place.rows.set({ key: encodeKey(below), value: new Uint8Array(), size: 0 })
        }
      }
      for (const reverse of [false, true]) {
        const driver = new MemoryDriver(place, { info: { readAhead: seek, maxRows: 2000 } })
        const page = await strataLevel(driver, Key.root, { ...whole, limit: 100, reverse })
        expect(page.children).toHaveLength(100)
        const cost = driver.rowsGiven + seek * driver.ranges
        const cheapest = Math.min(100 * rowsOfChild + seek, 100 * (seek + 2))
        expect(cost / cheapest, `${driver.rowsGiven} rows in ${driver.ranges} ranges`).toBeLessThan(most)
      }
    },
  )
})
