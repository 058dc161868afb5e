import { describe, expect, it } from 'vitest'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import { Key } from '../../../../src/core/key.ts'
import { BreakableDatastore } from '../breakable.ts'

const key = Key.parse('/films/Brazil')
const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)]

function stores() {
  const [top, last] = [new BreakableDatastore(), new BreakableDatastore()]
  return { top, last, tiered: new TieredDatastore<Uint8Array>([top, last], { mode: 'write-around' }) }
}

describe('TieredDatastore, write-around', () => {
  it('A14 put() writes only to the last tier, and a read fills the tier above', async () => {
    const { top, last, tiered } = stores()
    await tiered.put(key, one)
    expect([await top.has(key), await last.get(key)]).toEqual([false, one])
    expect(await tiered.get(key)).toEqual(one)
    await expect.poll(() => top.has(key), { interval: 1 }).toBe(true)
  })

  it('A14 put() drops the copy in a tier above', async () => {
    const { top, tiered } = stores()
    await tiered.put(key, one)
    await tiered.get(key)
    await expect.poll(() => top.has(key), { interval: 1 }).toBe(true)
    await tiered.put(key, two)
    expect(await top.has(key)).toBe(false)
    expect(await tiered.get(key)).toEqual(two)
  })

  it('A14 a tier that cannot drop its copy is not used for that key', async () => {
    const { top, tiered } = stores()
    await top.put(key, one)
    top.breakOn('delete')
    await tiered.put(key, two)
    expect(await top.get(key)).toEqual(one)
    expect(await tiered.get(key)).toEqual(two)
  })

  it('A14 the last tier evaluates the conditions of put(), and a refused put leaves every copy', async () => {
    const { top, tiered } = stores()
    await top.put(key, one)
    await expect(tiered.put(key, two, { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await top.get(key)).toEqual(one)
  })
})
