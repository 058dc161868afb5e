import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/core/key.ts'
import type { FaultDatastore } from '../../../src/core/layers/fault.ts'
import { disk, fault, memory, opened, tiered } from './opened-stack.ts'
import { keysOf } from './stack-kinds.ts'

const [key] = keysOf(1) as [Key]

describe('stack.apply with other tiers', () => {
  const broken = fault(memory('m'))

  /** Tiers whose first one holds an old copy that it cannot drop. */
  async function withStaleCopy() {
    const one = await opened(tiered([broken, disk('a')]))
    await one.put(key, 'old')
    const { faults } = one.stack.node('f').store as never as Pick<FaultDatastore, 'faults'>
    Object.assign(faults, { errorRate: 1 })
    await one.put(key, 'new')
    return { ...one, faults }
  }

  it('X6 X8 a change that keeps a tier with a stale copy that it cannot drop is rejected', async () => {
    const { stack, apply, get, faults } = await withStaleCopy()
    const next = tiered([memory('m2'), broken, disk('a')])
    await expect(apply(next)).rejects.toMatchObject({ code: 'IO' })
    expect(await get(key)).toBe('new')
    Object.assign(faults, { errorRate: 0 })
    await apply(next)
    expect(await get(key)).toBe('new')
    await stack.close()
  })

  it('X6 X8 a tier that cannot drop a stale copy can be removed', async () => {
    const { stack, apply, get } = await withStaleCopy()
    await apply(tiered([memory('m2'), disk('a')]))
    expect(await get(key)).toBe('new')
    await stack.close()
  })
})
