import { describe, expect, it } from 'vitest'
import { countRecords } from '../../../src/core/ordered/count.ts'
import { MemoryDriver } from './memory-driver.ts'

const keyOf = (number: number) => Uint8Array.of(1, number >> 8, number & 0xff)
const ALL = { from: Uint8Array.of(1), to: Uint8Array.of(2) }

async function driverWith(count: number): Promise<MemoryDriver> {
  const driver = new MemoryDriver()
  for (let number = 0; number < count; number++) {
    await driver.write({ key: keyOf(number), value: new Uint8Array(), expect: 'any' })
  }
  return driver
}

describe('countRecords', () => {
  it('D10 counts exactly, also with the count of the engine', async () => {
    const driver = await driverWith(5000)
    expect(await countRecords(driver, ALL, undefined)).toEqual({ entries: 5000, accuracy: 'exact' })
    const counting = Object.assign(driver, {
      count({ from, limit }: { readonly from: Uint8Array; readonly limit: number }) {
        const start = ((from[1] ?? 0) << 8) + (from[2] ?? 0) + (from.length > 3 ? 1 : 0)
        const count = Math.min(limit, 25_000 - start)
        return { count, last: keyOf(start + count - 1) }
      },
    })
    expect(await countRecords(counting, ALL, undefined)).toEqual({ entries: 25_000, accuracy: 'exact' })
  })

  it('D10 estimates large counts if the engine reports sizes', async () => {
    const driver = Object.assign(await driverWith(5000), {
      bytesOf: ({ to }: { readonly to: Uint8Array }) => (to === ALL.to ? 5000 : 2500),
    })
    const { entries, accuracy } = await countRecords(driver, ALL, undefined, 2000)
    expect(accuracy).toBe('approximate')
    expect(entries).toBe(4000)
  })

  it('D10 keeps counting if the engine reports no size yet', async () => {
    const driver = Object.assign(await driverWith(5000), { bytesOf: () => 0 })
    expect(await countRecords(driver, ALL, undefined, 100)).toEqual({ entries: 5000, accuracy: 'exact' })
  })

  it('D10 a count ends when its signal fires', async () => {
    const driver = await driverWith(10)
    await expect(countRecords(driver, ALL, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})
