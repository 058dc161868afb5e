import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TieredDatastore, type WriteMode } from '../../../../src/core/adapters/tiered/tiered.ts'
import { type Capabilities, MINIMAL } from '../../../../src/core/capabilities.ts'
import type { ListPage } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { pageOfKeys } from '../../../../src/core/list-page.ts'
import { Call } from '../../../../src/core/open/call.ts'
import { Datastore, openStoreOf } from '../../../../src/core/open/datastore.ts'
import { idInProcess } from '../../../../src/core/open/identity.ts'
import { Payload } from '../../../../src/core/open/payload.ts'
import type { Found, Removed, Store, Written } from '../../../../src/core/open/store.ts'
import { MemoryStore } from '../../../../src/core/stores/memory.ts'

/** A memory store that does not support times to live. */
class AgelessStore extends MemoryStore {
  static readonly #memory = new MemoryStore().capabilities
  override readonly capabilities: Capabilities = {
    ...AgelessStore.#memory,
    write: { ...AgelessStore.#memory.write, ttl: false },
  }
}

/** A minimal store with times to live. */
class AgingStore implements Store {
  readonly info = { kind: 'aging', id: idInProcess('aging') }
  readonly capabilities: Capabilities = { ...MINIMAL, write: { ...MINIMAL.write, ttl: true } }
  /** The time to live of each write, in order. */
  readonly ttls: (number | undefined)[] = []
  readonly #values = new Map<string, Found>()

  read(key: Key): Found | undefined {
    const found = this.#values.get(key.toString())
    return found?.expires === undefined || found.expires > Date.now() ? found : undefined
  }

  write(key: Key, value: Payload, { options }: Call): Written {
    const { ttl } = options
    this.ttls.push(ttl)
    const etag = `${this.info.id}.${this.ttls.length}`
    const expires = ttl === undefined ? undefined : Date.now() + ttl
    this.#values.set(key.toString(), { bytes: value.bytes, shared: true, etag, expires })
    return { etag }
  }

  remove(key: Key): Removed {
    return this.#values.delete(key.toString()) ? 'removed' : 'absent'
  }

  list(prefix: Key, call: Call): ListPage {
    return pageOfKeys([...this.#values.keys()].map(Key.parse), prefix, call)
  }
}

const key = Key.parse('/films/Brazil')
const bytes = Uint8Array.of(1, 2, 3)

function tiers(mode: WriteMode, ...upper: readonly Datastore[]) {
  const last = new AgingStore()
  const tiered = new TieredDatastore([...upper, new Datastore(last)], { mode })
  const put = (ttl?: number) =>
    openStoreOf(tiered).write(key, Payload.lent(bytes), ttl === undefined ? Call.plain : Call.from({ ttl }))
  return { last, tiered, put }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('a time to live through tiers', () => {
  it('A8 each tier that supports times to live receives it, with a put and with a fill', async () => {
    const first = new AgingStore()
    const { last, tiered, put } = tiers('write-through', new Datastore(first))
    await put(500)
    expect([first.ttls, last.ttls]).toEqual([[500], [500]])
    expect((await tiered.stat(key)).expires).toBe(1_000_500)
    first.remove(key)
    vi.advanceTimersByTime(200)
    await tiered.get(key)
    expect(first.ttls).toEqual([500, 300])
    vi.advanceTimersByTime(300)
    await expect(tiered.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('A8 a tier without times to live gets no copy of such a value, and its current copy is removed', async () => {
    const first = new Datastore(new AgelessStore())
    const { tiered, put } = tiers('write-through', first)
    await put()
    expect(await first.has(key)).toBe(true)
    await put(500)
    expect(await first.has(key)).toBe(false)
    expect(await tiered.get(key)).toEqual(bytes)
    expect(await first.has(key)).toBe(false)
    expect(tiered.metrics[0]).toMatchObject({ fills: 0, failedFills: 0, failedWrites: 0 })
    vi.advanceTimersByTime(500)
    await expect(tiered.get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('A8 with write-back it starts at the acknowledgement, and the flush passes on the remaining time', async () => {
    const first = new Datastore(new AgelessStore())
    const { last, tiered, put } = tiers('write-back', first)
    await put(500)
    expect(await first.has(key)).toBe(false)
    expect(await tiered.get(key)).toEqual(bytes)
    expect((await tiered.stat(key)).expires).toBe(1_000_500)
    await tiered.sync()
    expect(last.ttls).toEqual([500])
    await tiered.close()
  })

  it('A8 with write-back a value that expires before its flush is absent, and is not flushed', async () => {
    const { last, tiered, put } = tiers('write-back', new Datastore(new AgelessStore()))
    await put()
    await tiered.sync()
    void put(500)
    // Before the flush, which runs in the next microtask.
    vi.advanceTimersByTime(500)
    expect(openStoreOf(tiered).read(key, Call.plain)).toBeUndefined()
    await tiered.sync()
    expect(last.ttls).toEqual([undefined])
    expect(last.read(key)).toBeUndefined()
    await tiered.close()
  })

  it('A8 a last tier without times to live rejects them', async () => {
    const tiered = new TieredDatastore([new Datastore(new AgingStore()), new Datastore(new AgelessStore())])
    const put = async () => openStoreOf(tiered).write(key, Payload.lent(bytes), Call.from({ ttl: 500 }))
    await expect(put()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})
