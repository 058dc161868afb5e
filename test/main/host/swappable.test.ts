import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { SwappableDatastore } from '../../../src/main/host/sessions/swappable.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'
import { BreakableDatastore } from '../../core/adapters/breakable.ts'

const [a, b] = [Key.parse('/a'), Key.parse('/b')]
const bytes = (...values: readonly number[]) => Uint8Array.from(values)

describeDatastore('SwappableDatastore', { create: async () => new SwappableDatastore(new MemoryDatastore()) })

/** An exchange that has begun and ends when told to. */
function exchangeOf(store: SwappableDatastore, next: BreakableDatastore | MemoryDatastore) {
  let go: () => void = () => undefined
  const gate = new Promise<void>(resolve => {
    go = resolve
  })
  let done: Promise<void> = Promise.resolve()
  const reached = new Promise<void>(resolve => {
    done = store.exchange(async (_, serve) => {
      resolve()
      await gate
      serve(next)
    })
  })
  return { reached, go: () => go(), done }
}

describe('SwappableDatastore.exchange', () => {
  it('X9 D16 holds new calls and makes them in call order in the new store', async () => {
    const [old, next] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new SwappableDatastore(old)
    const exchange = exchangeOf(store, next)
    const puts = [1, 2, 3].map(value => store.put(a, bytes(value)))
    const read = store.get(a)
    const last = store.put(a, bytes(4))
    await exchange.reached
    expect(await old.has(a)).toBe(false)
    exchange.go()
    await Promise.all([...puts, last, exchange.done])
    expect(await read).toEqual(bytes(3))
    expect(await next.get(a)).toEqual(bytes(4))
  })

  it('X8 waits for the calls that run in the old store', async () => {
    const old = new BreakableDatastore()
    const store = new SwappableDatastore(old)
    const hold = old.holdNext('put')
    const put = store.put(a, bytes(1))
    let isReached = false
    const done = store.exchange(async (below, serve) => {
      isReached = true
      expect(await below.get(a)).toEqual(bytes(1))
      serve(new MemoryDatastore())
    })
    await hold.reached
    expect(isReached).toBe(false)
    hold.go()
    await Promise.all([put, done])
  })

  it('X9 D15 a held put keeps a copy of its bytes', async () => {
    const next = new MemoryDatastore()
    const store = new SwappableDatastore(new MemoryDatastore())
    const exchange = exchangeOf(store, next)
    const value = bytes(1)
    const put = store.put(a, value)
    value[0] = 2
    exchange.go()
    await put
    expect(await next.get(a)).toEqual(bytes(1))
  })

  it('X9 D13 a held call leaves at once when it is aborted', async () => {
    const next = new MemoryDatastore()
    const store = new SwappableDatastore(new MemoryDatastore())
    const exchange = exchangeOf(store, next)
    const abort = new AbortController()
    const put = store.put(a, bytes(1), { signal: abort.signal })
    const stream = store.getStream(a, { signal: abort.signal })[Symbol.asyncIterator]().next()
    abort.abort()
    await expect(put).rejects.toMatchObject({ code: 'ABORTED', key: a })
    await expect(stream).rejects.toMatchObject({ code: 'ABORTED', key: a })
    exchange.go()
    await exchange.done
    expect(await next.has(a)).toBe(false)
  })

  it('X9 an open stream may end by itself, or ends with CLOSED while nobody reads it', async () => {
    const old = new MemoryDatastore()
    await old.put(a, new Uint8Array(200_000))
    const store = new SwappableDatastore(old, { streams: 0 })
    const stream = store.getStream(a)[Symbol.asyncIterator]()
    await stream.next()
    await store.exchange(async (below, serve) => {
      await below.close()
      serve(new MemoryDatastore())
    })
    await expect(stream.next()).rejects.toMatchObject({ code: 'CLOSED', key: a })
    const patient = new SwappableDatastore(new MemoryDatastore(), { streams: 60_000 })
    await patient.put(a, new Uint8Array(200_000))
    const other = patient.getStream(a)[Symbol.asyncIterator]()
    await other.next()
    const exchange = exchangeOf(patient, new MemoryDatastore())
    exchange.go()
    let size = 0
    for (let step = await other.next(); step.done !== true; step = await other.next())
      size += step.value.length
    expect(size).toBeGreaterThan(100_000)
    await exchange.done
  })

  it('X9 a streamed put whose source gives nothing ends with CLOSED', async () => {
    const store = new SwappableDatastore(new MemoryDatastore(), { streams: 0 })
    async function* silent() {
      yield bytes(1)
      await new Promise(() => undefined)
    }
    const put = store.put(a, silent())
    const refused = expect(put).rejects.toMatchObject({ code: 'CLOSED', key: a })
    const next = new MemoryDatastore()
    await store.exchange(async (_, serve) => serve(next))
    await refused
    expect(await store.has(a)).toBe(false)
  })

  it('X10 an exchange that fails, or whose calls do not end, leaves the old store serving', async () => {
    const old = new BreakableDatastore()
    const store = new SwappableDatastore(old, { streams: 0, calls: 1 })
    await store.put(a, bytes(1))
    const failing = store.exchange(async () => {
      throw new Error('no')
    })
    const held = store.get(a)
    await expect(failing).rejects.toThrow('no')
    expect(await held).toEqual(bytes(1))
    const hold = old.holdNext('put')
    const put = store.put(b, bytes(2))
    await hold.reached
    await expect(store.exchange(async () => undefined)).rejects.toMatchObject({ code: 'TIMEOUT' })
    hold.go()
    await put
    expect(await store.get(b)).toEqual(bytes(2))
  })

  it('X9 D14 close() waits for the exchange and for held calls', async () => {
    const next = new MemoryDatastore()
    const store = new SwappableDatastore(new MemoryDatastore())
    const exchange = exchangeOf(store, next)
    const put = store.put(a, bytes(1))
    const closing = store.close()
    await expect(store.get(a)).rejects.toMatchObject({ code: 'CLOSED' })
    exchange.go()
    await Promise.all([put, closing])
    await expect(next.get(a)).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(store.exchange(async () => undefined)).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('X9 D12 a watch goes on in the new store, with resync', async () => {
    const [old, next] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new SwappableDatastore(old)
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await store.put(a, bytes(1))
    expect((await first).value).toMatchObject({ type: 'put', key: a })
    const second = changes.next()
    await store.exchange(async (below, serve) => {
      await below.close()
      serve(next)
    })
    expect((await second).value).toMatchObject({ type: 'resync', key: Key.root })
    const third = changes.next()
    await store.put(b, bytes(1))
    expect((await third).value).toMatchObject({ type: 'put', key: b })
    await store.close()
    expect(await changes.next()).toMatchObject({ done: true })
  })
})
