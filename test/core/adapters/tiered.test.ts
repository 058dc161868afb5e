import { describe, expect, it } from 'vitest'
import { cache } from '../../../src/core/adapters/cache.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import { DatastoreError, NotFoundError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { fault } from '../../../src/core/layers/fault.ts'
import type { Call, Maybe } from '../../../src/core/open/call.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Written } from '../../../src/core/open/store.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { bytes, text } from '../../text.ts'
import { uncaughtDuring } from '../uncaught.ts'
import { BreakableDatastore, BreakableStore } from './breakable.ts'

const key = Key.parse('/films/Brazil')

function stores() {
  const [top, middle, last] = [new BreakableDatastore(), new BreakableDatastore(), new BreakableDatastore()]
  return { top, middle, last, tiered: new TieredDatastore<Uint8Array>([top, middle, last]) }
}

/** Waits until `check` holds. Background copies have no promise to await. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  await expect.poll(check, { timeout: 5000, interval: 1 }).toBe(true)
}

describe('TieredDatastore.put with a failing last tier', () => {
  it('A12 it may have taken effect, so no tier above serves the old value', async () => {
    const last = fault(new MemoryDatastore())
    const tiered = new TieredDatastore([new MemoryDatastore(), last])
    await tiered.put(key, bytes('old'))
    Object.assign(last.faults, { lostRate: 1, verbs: ['put'] })
    await expect(tiered.put(key, bytes('new'))).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(text(await tiered.get(key))).toBe('new')
    await expect(tiered.put(key, bytes('newer'), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    expect(text(await tiered.get(key))).toBe('new')
  })
})

describe('TieredDatastore.get', () => {
  it('A10 get() copies a value from a lower tier to every tier above', async () => {
    const { top, middle, last, tiered } = stores()
    await last.put(key, bytes('1985'))
    expect(text(await tiered.get(key))).toBe('1985')
    await eventually(async () => (await top.has(key)) && (await middle.has(key)))
    expect(tiered.metrics.map(tier => tier.hits)).toEqual([0, 0, 1])
    await tiered.get(key)
    expect(tiered.metrics[0]).toMatchObject({ hits: 1, misses: 1, fills: 1 })
  })

  it('A11 get({ fresh }) returns the current value of the last tier, and renews the copies', async () => {
    const { top, last, tiered } = stores()
    await tiered.put(key, bytes('old'))
    await last.put(key, bytes('changed behind'))
    expect(text(await tiered.get(key))).toBe('old')
    expect(text(await tiered.get(key, { fresh: true }))).toBe('changed behind')
    await eventually(async () => text(await top.get(key)) === 'changed behind')
    expect(text(await tiered.get(key))).toBe('changed behind')
  })

  it('A11 getStream({ fresh }) bypasses the copies, also for ranges', async () => {
    const { last, tiered } = stores()
    await tiered.put(key, bytes('old'))
    await last.put(key, bytes('changed behind'))
    const chunks = await collect(tiered.getStream(key, { fresh: true, start: 8 }))
    expect(chunks.map(text).join('')).toBe('behind')
  })

  it('A1 get() reads on when a tier fails, and reports it', async () => {
    const reported: unknown[] = []
    const [top, last] = [new BreakableDatastore(), new MemoryDatastore()]
    const tiered = new TieredDatastore<Uint8Array>([top, last], {
      onTierError: (error, where, tier) => reported.push({ error, key: where.toString(), tier }),
    })
    await last.put(key, bytes('1985'))
    top.breakOn('get')
    expect(text(await tiered.get(key))).toBe('1985')
    expect(reported).toMatchObject([{ key: '/films/Brazil', tier: 0 }])
    expect(tiered.metrics[0]).toMatchObject({ errors: 1 })
  })

  it('A10 a failed fill never fails the read, and is counted', async () => {
    const { top, last, tiered } = stores()
    await last.put(key, bytes('1985'))
    top.breakOn('put')
    expect(text(await tiered.get(key))).toBe('1985')
    await eventually(async () => tiered.metrics[0]?.failedFills === 1)
    expect(text(await tiered.get(key))).toBe('1985')
  })

  it('A1 get() of a key that no tier has is one plain NotFoundError, not an aggregate', async () => {
    const error = await stores()
      .tiered.get(key)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NotFoundError)
  })

  it('A1 a failing last tier is never reported as an absent key', async () => {
    const { last, tiered } = stores()
    last.breakOn('get')
    await expect(tiered.get(key)).rejects.toMatchObject({ code: 'IO' })
  })

  it('A10 a stream closed early fills nothing', async () => {
    const { top, last, tiered } = stores()
    await last.put(key, new Uint8Array(1_000_000).fill(7))
    for await (const chunk of tiered.getStream(key)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await tiered.close()
    expect(top.puts).toBe(0)
  })

  it('A10 a stream read to its end fills the tiers above with the whole value', async () => {
    const { top, last, tiered } = stores()
    const value = new Uint8Array(1_000_000).map((_, index) => index)
    await last.put(key, value)
    await collect(tiered.getStream(key))
    await eventually(async () => top.has(key))
    expect(Buffer.compare(await top.get(key), value)).toBe(0)
  })

  it('A10 a ranged read fills nothing, because it does not have the whole value', async () => {
    const { top, last, tiered } = stores()
    await last.put(key, bytes('0123456789'))
    await collect(tiered.getStream(key, { start: 2, end: 4 }))
    await tiered.close()
    expect(top.puts).toBe(0)
  })
})

describe('TieredDatastore.put', () => {
  it('A2 put() writes the last tier first', async () => {
    const order: string[] = []
    const note = (name: string) =>
      new Datastore(
        new (class extends MemoryStore {
          override write(at: Key, value: Payload, call: Call): Maybe<Written> {
            order.push(name)
            return super.write(at, value, call)
          }
        })(),
      )
    const tiered = new TieredDatastore<Uint8Array>([note('top'), note('middle'), note('last')])
    await tiered.put(key, bytes('x'))
    expect(order[0]).toBe('last')
    expect(order).toHaveLength(3)
  })

  it('A12 an upper tier that fails to write loses its copy, so that it cannot serve a stale value', async () => {
    const { top, tiered } = stores()
    await tiered.put(key, bytes('old'))
    top.breakOn('put')
    await tiered.put(key, bytes('new'))
    expect(await top.has(key)).toBe(false)
    expect(text(await tiered.get(key))).toBe('new')
    expect(tiered.metrics[0]).toMatchObject({ failedWrites: 1 })
  })

  it('A20 an upper tier that can neither write nor drop a copy is not used for that key', async () => {
    const { top, tiered } = stores()
    await tiered.put(key, bytes('old'))
    top.breakOn('put', 'delete')
    await tiered.put(key, bytes('new'))
    expect(text(await top.get(key))).toBe('old')
    expect(text(await tiered.get(key))).toBe('new')
    const chunks: Uint8Array[] = []
    for await (const chunk of tiered.getStream(key)) chunks.push(chunk)
    expect(text(chunks[0]!)).toBe('new')
    top.mend()
    await tiered.put(key, bytes('newer'))
    expect(text(await top.get(key))).toBe('newer')
  })

  it('A13 a persistent upper tier has no copy while the last tier is written', async () => {
    const [top, last] = [
      new BreakableDatastore(new BreakableStore({ persistent: true })),
      new BreakableDatastore(),
    ]
    for (const mode of ['write-through', 'write-around'] as const) {
      const tiered = new TieredDatastore<Uint8Array>([top, last], { mode })
      await Promise.all([top, last].map(store => store.put(key, bytes('old'))))
      const hold = last.holdNext('put')
      const put = tiered.put(key, bytes('new'))
      await hold.reached
      // The state that a process leaves behind if it is killed now.
      expect([await top.has(key), text(await last.below.get(key))]).toEqual([false, 'old'])
      hold.go()
      await put
      expect(await top.has(key)).toBe(mode === 'write-through')
      expect(text(await tiered.get(key))).toBe('new')
    }
  })

  it('A2 D17 tiers are persistent when any of them is', () => {
    const persistent = new BreakableDatastore(new BreakableStore({ persistent: true }))
    const [one, two] = [new MemoryDatastore(), new MemoryDatastore()]
    expect(new TieredDatastore([one, two]).capabilities.persistent).toBe(false)
    expect(new TieredDatastore([persistent, two]).capabilities.persistent).toBe(true)
    expect(new TieredDatastore([one, persistent]).capabilities.persistent).toBe(true)
  })

  it('A2 put() evaluates create, replace and ifMatch in the last tier only', async () => {
    const { top, last, tiered } = stores()
    await top.put(key, bytes('only a copy'))
    await expect(tiered.put(key, bytes('x'), { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await tiered.put(key, bytes('x'), { replace: false })
    const { etag } = await tiered.stat(key)
    expect(etag).toBe((await last.stat(key)).etag)
    await tiered.put(key, bytes('y'), { ifMatch: etag })
    await expect(tiered.put(key, bytes('z'), { ifMatch: etag })).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('A2 a put that the last tier refuses leaves every tier unchanged', async () => {
    const { top, last, tiered } = stores()
    await tiered.put(key, bytes('old'))
    const put = tiered.put(key, bytes('new'), { replace: false })
    await expect(put).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(text(await top.get(key))).toBe('old')
    expect(text(await last.get(key))).toBe('old')
  })

  it('A2 put() of a stream writes the whole value to every tier', async () => {
    const { top, middle, last, tiered } = stores()
    await tiered.put(key, [bytes('one '), bytes('two')].values())
    for (const store of [top, middle, last]) expect(text(await store.get(key))).toBe('one two')
  })
})

describe('TieredDatastore.delete and rename', () => {
  it('A3 delete() removes the key from every tier', async () => {
    const { top, middle, last, tiered } = stores()
    await tiered.put(key, bytes('x'))
    await tiered.delete(key)
    for (const store of [top, middle, last]) expect(await store.has(key)).toBe(false)
  })

  it('A3 delete() is NOT_FOUND only when no tier had the key', async () => {
    const { top, last, tiered } = stores()
    await expect(tiered.delete(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await top.put(key, bytes('x'))
    await tiered.delete(key)
    await last.put(key, bytes('x'))
    await tiered.delete(key)
  })

  it('A3 delete() fails, and keeps the value, when an upper tier cannot drop its copy', async () => {
    const { top, last, tiered } = stores()
    await tiered.put(key, bytes('x'))
    top.breakOn('delete')
    await expect(tiered.delete(key)).rejects.toMatchObject({ code: 'IO' })
    expect(await last.has(key)).toBe(true)
  })

  it('A3 rename() finds the value in any tier', async () => {
    const { top, last, tiered } = stores()
    const to = Key.parse('/films/Life of Brian')
    await top.put(key, bytes('only above'))
    await tiered.rename(key, to)
    expect(text(await last.get(to))).toBe('only above')
    expect(await tiered.has(key)).toBe(false)
  })

  it('A22 a concurrent get cannot restore a deleted value', async () => {
    for (let round = 0; round < 50; round++) {
      const { top, last, tiered } = stores()
      await last.put(key, bytes('x'))
      const release = last.holdNext('get')
      const get = tiered.get(key)
      await release.reached
      const deleted = tiered.delete(key)
      release.go()
      await get
      await deleted
      await tiered.close()
      expect(await top.below.has(key)).toBe(false)
    }
  })

  it('A22 a fill in progress when delete() begins does not survive it', async () => {
    const { top, last, tiered } = stores()
    await last.put(key, bytes('x'))
    const release = top.holdNext('put')
    await tiered.get(key)
    await release.reached
    const deleted = tiered.delete(key)
    release.go()
    await deleted
    expect(await top.has(key)).toBe(false)
    expect(await tiered.has(key)).toBe(false)
  })

  it('A3 a fill never overwrites a newer put', async () => {
    const { top, last, tiered } = stores()
    await last.put(key, bytes('old'))
    const release = top.holdNext('put')
    await tiered.get(key)
    await release.reached
    const put = tiered.put(key, bytes('new'))
    release.go()
    await put
    expect(text(await top.get(key))).toBe('new')
  })
})

describe('TieredDatastore, other calls', () => {
  it('A4 has() checks upper tiers first; list() and stats() use the last one', async () => {
    const { top, last, tiered } = stores()
    await top.put(key, bytes('x'))
    last.breakOn('has')
    expect(await tiered.has(key)).toBe(true)
    expect((await tiered.list(Key.root)).children).toEqual([])
    expect(await tiered.stats()).toMatchObject({ entries: 0 })
  })

  it('A4 stat() uses the last tier, and an upper tier while the last is unreachable', async () => {
    const { last, tiered } = stores()
    await tiered.put(key, bytes('four'))
    last.breakOn('stat')
    expect(await tiered.stat(key)).toMatchObject({ size: 4 })
  })

  it('A3 D18 one store cannot be two tiers: dropping a copy from one would drop it from the other', () => {
    const store = new MemoryDatastore()
    for (const last of [store, cache(store)]) {
      const open = () => new TieredDatastore([store, new MemoryDatastore(), last])
      expect(open).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    }
  })

  it('A5 D18 an unknown mode is CONFIG_INVALID', () => {
    const open = () => new TieredDatastore([new MemoryDatastore()], { mode: 'write-behind' as 'write-back' })
    expect(open).toThrow(/Cannot open a tiered store: there is no mode "write-behind"/)
  })

  it('D18 a tiered store without tiers is CONFIG_INVALID', () => {
    expect(() => new TieredDatastore<Uint8Array>([])).toThrow(DatastoreError)
    expect(() => new TieredDatastore<Uint8Array>([])).toThrow(/at least one/)
  })
})

describe('TieredDatastore, listeners for failures of tiers', () => {
  it('A1 A23 D18 a listener that throws fails no call and no copy, and its error is reported as uncaught', async () => {
    const thrown = new Error('the listener broke')
    const uncaught = await uncaughtDuring(async () => {
      const [top, middle, last] = [new BreakableDatastore(), new BreakableDatastore(), new MemoryDatastore()]
      const tiered = new TieredDatastore<Uint8Array>([top, middle, last], {
        onTierError() {
          throw thrown
        },
      })
      await last.put(key, bytes('1985'))
      top.breakOn('get', 'put', 'delete')
      expect(text(await tiered.get(key))).toBe('1985')
      await eventually(() => middle.has(key))
      await tiered.put(key, bytes('1986'))
      expect(text(await tiered.get(key))).toBe('1986')
      expect(tiered.metrics[0]).toMatchObject({ failedFills: 1, failedWrites: 1 })
      await tiered.close()
    })
    expect(uncaught.length).toBeGreaterThan(2)
    expect(new Set(uncaught)).toEqual(new Set([thrown]))
  })
})
