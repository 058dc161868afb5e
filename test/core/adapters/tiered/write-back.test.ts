import { afterEach, describe, expect, it } from 'vitest'
import { TieredDatastore, type TieredOptions } from '../../../../src/core/adapters/tiered/tiered.ts'
import { transformed } from '../../../../src/core/adapters/transformed.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { DatastoreError, failure } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'
import { readOnly } from '../../../../src/core/layers/lock.ts'
import type { Call } from '../../../../src/core/open/call.ts'
import { serialized } from '../../../../src/core/open/datastore.ts'
import type { Payload } from '../../../../src/core/open/payload.ts'
import type { Written } from '../../../../src/core/open/store.ts'
import { aesGcm } from '../../../../src/core/serializers/aes-gcm.ts'
import { json } from '../../../../src/core/serializers/json.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect } from '../../../../src/testkit/suite.ts'
import { BreakableDatastore, BreakableStore } from '../breakable.ts'

const [a, b, c] = [Key.parse('/a'), Key.parse('/b'), Key.parse('/c')]
const bytes = (...values: readonly number[]) => Uint8Array.from(values)

/** Records the keys that are put, in order, and can refuse some. */
class NotingStore extends BreakableStore {
  readonly noted: string[] = []
  refused: Key | undefined
  refusal: DatastoreError | undefined

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    this.noted.push(key.toString())
    if (this.refused?.equals(key) === true)
      throw this.refusal ?? failure('KEY_INVALID', 'put', key, 'not here')
    return super.write(key, value, call)
  }
}

const opened: TieredDatastore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close().catch(() => undefined)
})

function stores(options: TieredOptions = {}, first: BinaryDatastore = new BreakableDatastore()) {
  const noting = new NotingStore()
  const last = new BreakableDatastore(noting)
  const failures: string[] = []
  const tiered = new TieredDatastore<Uint8Array>([first, last], {
    mode: 'write-back',
    flushDelay: 0,
    flushAttempts: 2,
    onFlushError: (_, key) => failures.push(key.toString()),
    ...options,
  })
  opened.push(tiered)
  return { first, last, noting, failures, tiered }
}

describe('TieredDatastore, write-back: acknowledged writes', () => {
  it('A16 a write that waits for room does not block others while the first tier is slow', async () => {
    const first = new BreakableDatastore()
    const { last, tiered } = stores({ maxUnflushedEntries: 1 }, first)
    const hold = first.holdNext('put')
    const writes = [tiered.put(a, bytes(1)), tiered.put(b, bytes(2))]
    await hold.reached
    const abort = new AbortController()
    const left = tiered.put(c, bytes(3), { signal: abort.signal })
    // Timers run: the wait does not block the event loop.
    await new Promise(resolve => setTimeout(resolve, 1))
    abort.abort()
    await expect(left).rejects.toMatchObject({ code: 'ABORTED' })
    hold.go()
    await Promise.all(writes)
    await tiered.sync()
    expect([await last.get(a), await last.get(b), await last.has(c)]).toEqual([bytes(1), bytes(2), false])
  })

  it('A17 put() resolves before the last tier has the value, and every read returns it', async () => {
    const { last, tiered } = stores()
    const hold = last.holdNext('put')
    const { etag } = await tiered.put(a, bytes(1))
    await hold.reached
    expect(await last.below.has(a)).toBe(false)
    expect(await tiered.get(a)).toEqual(bytes(1))
    expect(await collect(tiered.getStream(a))).toEqual([bytes(1)])
    expect([await tiered.has(a), (await tiered.stat(a)).etag]).toEqual([true, etag])
    expect((await tiered.list(Key.root)).children).toMatchObject([{ name: 'a', isValue: true, size: 1 }])
    expect(await collect(tiered.query({}))).toMatchObject([{ key: a, value: bytes(1) }])
    expect(tiered.unflushed).toEqual({ entries: 1, bytes: 1, failures: 0 })
    hold.go()
    await tiered.sync()
    expect(await last.get(a)).toEqual(bytes(1))
    expect(tiered.unflushed).toEqual({ entries: 0, bytes: 0, failures: 0 })
  })

  it('A17 an unflushed delete hides the key everywhere, and its branch', async () => {
    const { last, tiered } = stores()
    const deep = Key.parse('/x/y')
    await tiered.put(deep, bytes(1))
    await tiered.sync()
    last.breakOn('delete')
    await tiered.delete(deep)
    await expect(tiered.get(deep)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(tiered.delete(deep)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await tiered.has(deep)).toBe(false)
    expect((await tiered.list(Key.root)).children).toEqual([])
    expect(await collect(tiered.query({}))).toEqual([])
    last.mend()
    await tiered.sync()
    expect(await last.has(deep)).toBe(false)
  })

  it('A5 a first tier that cannot write a value refuses the put, and the previous value stays', async () => {
    const first = new BreakableDatastore()
    const { last, tiered } = stores({}, first)
    await tiered.put(a, bytes(1))
    first.breakOn('put')
    await expect(tiered.put(a, bytes(2))).rejects.toMatchObject({ code: 'IO' })
    expect(await tiered.get(a)).toEqual(bytes(1))
    await tiered.sync()
    expect(await last.get(a)).toEqual(bytes(1))
  })

  it('A5 a first tier that evicts values loses no unflushed one', async () => {
    const { last, tiered } = stores({}, new MemoryDatastore({ maxEntries: 1 }))
    const hold = last.holdNext('put')
    await tiered.put(a, bytes(1))
    await tiered.put(b, bytes(2))
    expect(await tiered.get(a)).toEqual(bytes(1))
    hold.go()
    await tiered.sync()
    expect([await last.get(a), await last.get(b)]).toEqual([bytes(1), bytes(2)])
  })

  it('A5 an etag from before the flush matches after it, and a stale one does not', async () => {
    const { last, tiered } = stores()
    const first = await tiered.put(a, bytes(1))
    await tiered.sync()
    expect((await tiered.stat(a)).etag).toBe(first.etag)
    expect((await collect(tiered.query({ withStat: true })))[0]?.stat?.etag).toBe(first.etag)
    const hold = last.holdNext('put')
    const second = await tiered.put(a, bytes(2), { ifMatch: first.etag })
    await expect(tiered.put(a, bytes(3), { ifMatch: first.etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(tiered.delete(a, { ifMatch: first.etag })).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(tiered.put(a, bytes(3), { replace: false })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    hold.go()
    await tiered.sync()
    await tiered.delete(a, { ifMatch: second.etag })
    await expect(tiered.put(a, bytes(3), { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const large = await tiered.put(b, bytes(4))
    await tiered.put(b, [new Uint8Array(2_000_000)].values(), { ifMatch: large.etag })
    expect((await tiered.stat(b)).size).toBe(2_000_000)
  })

  it('A3 delete() drops the copy of a value that the last tier evicted, or fails if its tier fails', async () => {
    const first = new BreakableDatastore()
    const tiered = new TieredDatastore([first, new MemoryDatastore({ maxEntries: 1 })], {
      mode: 'write-back',
    })
    for (const key of [a, b]) {
      await tiered.put(key, bytes(1))
      await tiered.sync()
    }
    first.breakOn('has', 'delete')
    await expect(tiered.delete(a)).rejects.toMatchObject({ code: 'IO' })
    first.mend()
    await tiered.delete(a)
    expect(await tiered.has(a)).toBe(false)
    await tiered.close()
  })

  it('A3 D3 delete() finds nothing after an unflushed delete, whatever the middle tiers hold', async () => {
    const tiered = new TieredDatastore(
      [new MemoryDatastore(), new MemoryDatastore(), new BreakableDatastore()],
      { mode: 'write-back' },
    )
    await tiered.put(a, bytes(1))
    await tiered.sync()
    await tiered.delete(a)
    await expect(tiered.delete(a)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await tiered.close()
  })

  it('A5 D33 a condition is not evaluated with a copy above a failing last tier', async () => {
    const disk = new BreakableDatastore()
    const tiers = new TieredDatastore([new MemoryDatastore(), disk])
    const tiered = new TieredDatastore([new MemoryDatastore(), tiers], { mode: 'write-back' })
    await tiered.put(a, bytes(1))
    await tiered.sync()
    const { etag } = await tiered.stat(a)
    disk.breakOn('stat')
    await expect(tiered.put(a, bytes(2), { ifMatch: etag })).rejects.toMatchObject({ code: 'IO' })
    disk.mend()
    await tiered.put(a, bytes(2), { ifMatch: etag })
    await tiered.close()
  })

  it('A18 rename() and values too large for the queue go directly to the last tier, in call order', async () => {
    const { last, tiered } = stores({ maxUnflushedBytes: 10 })
    await tiered.put(a, bytes(1))
    await tiered.rename(a, b)
    expect(await last.get(b)).toEqual(bytes(1))
    await tiered.put(c, bytes(2))
    await tiered.put(c, new Uint8Array(11))
    expect((await last.get(c)).length).toBe(11)
    await tiered.put(c, [new Uint8Array(6), new Uint8Array(6)].values())
    expect((await last.get(c)).length).toBe(12)
    expect(tiered.unflushed.entries).toBe(0)
  })
})

describe('TieredDatastore, write-back: the flush', () => {
  it('A18 flushes in call order, and only the last value of a key that is written repeatedly', async () => {
    const { last, noting, tiered } = stores()
    const hold = last.holdNext('put')
    await tiered.put(a, bytes(0))
    await hold.reached
    for (const value of [1, 2, 3]) await tiered.put(b, bytes(value))
    await tiered.put(a, bytes(9))
    await tiered.put(c, bytes(4))
    await tiered.put(b, bytes(5))
    hold.go()
    await tiered.sync()
    expect(noting.noted).toEqual(['/a', '/a', '/c', '/b'])
    expect([await last.get(a), await last.get(b)]).toEqual([bytes(9), bytes(5)])
  })

  it('A15 a failed flush is reported and retried, and loses nothing', async () => {
    const { last, failures, tiered } = stores()
    last.breakOn('put')
    await tiered.put(a, bytes(1))
    await tiered.put(b, bytes(2))
    await expect.poll(() => failures.length, { interval: 1 }).toBeGreaterThan(2)
    expect(new Set(failures)).toEqual(new Set(['/a']))
    expect(tiered.unflushed).toMatchObject({ entries: 2, lastFailure: { code: 'IO' } })
    last.mend()
    await expect.poll(() => tiered.unflushed.entries, { interval: 1 }).toBe(0)
    expect([await last.get(a), await last.get(b)]).toEqual([bytes(1), bytes(2)])
    expect(tiered.unflushed.lastFailure).toBeUndefined()
  })

  it('A15 a write that the last tier refuses is kept and does not block the others', async () => {
    const { last, noting, tiered } = stores()
    noting.refused = a
    await tiered.put(a, bytes(1))
    await tiered.put(b, bytes(2))
    await expect(tiered.sync()).rejects.toMatchObject({ code: 'KEY_INVALID', key: a })
    expect(await last.get(b)).toEqual(bytes(2))
    await tiered.rename(b, c)
    expect(await tiered.get(a)).toEqual(bytes(1))
    noting.refused = undefined
    await tiered.sync()
    expect(await last.get(a)).toEqual(bytes(1))
  })

  it('A15 D31 a permanent IO failure concerns only its own write', async () => {
    const { last, noting, tiered } = stores()
    noting.refused = a
    noting.refusal = new DatastoreError('IO', 'the value is too large for this disk', { retry: 'no' })
    await Promise.all([tiered.put(a, bytes(1)), tiered.put(b, bytes(2))])
    await expect(tiered.sync()).rejects.toMatchObject({ code: 'IO', key: a, retry: 'no' })
    expect(await last.has(b)).toBe(true)
    noting.refused = undefined
    await tiered.sync()
  })

  it('A16 a put waits for room, and fails if the flush that should make room fails', async () => {
    const { last, tiered } = stores({ maxUnflushedEntries: 2 })
    const hold = last.holdNext('put')
    await tiered.put(a, bytes(1))
    await tiered.put(b, bytes(2))
    let isDone = false
    const third = tiered.put(c, bytes(3)).then(() => {
      isDone = true
    })
    await hold.reached
    await new Promise(resolve => setImmediate(resolve))
    expect(isDone).toBe(false)
    hold.go()
    await third
    await tiered.sync()
    last.breakOn('put')
    await Promise.all([tiered.put(a, bytes(4)), tiered.put(b, bytes(5))])
    await expect(tiered.put(c, bytes(6))).rejects.toMatchObject({ code: 'IO', key: a })
    expect(await tiered.get(c)).toEqual(bytes(3))
    last.mend()
    await tiered.put(c, bytes(6))
  })

  it('A16 a put that waits for room can be aborted', async () => {
    const { last, tiered } = stores({ maxUnflushedBytes: 3 })
    const hold = last.holdNext('put')
    await tiered.put(a, bytes(1, 2, 3))
    const abort = new AbortController()
    const put = tiered.put(b, bytes(4), { signal: abort.signal })
    await hold.reached
    abort.abort()
    await expect(put).rejects.toMatchObject({ code: 'ABORTED' })
    hold.go()
    await tiered.sync()
    expect(await tiered.has(b)).toBe(false)
  })

  it('A6 after sync() the last tier holds a whole stream even if no tier supports streams', async () => {
    const secret = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, [
      'encrypt',
      'decrypt',
    ])
    const encrypted = () => transformed(new MemoryDatastore(), aesGcm(secret))
    const last = encrypted()
    await using tiered = new TieredDatastore([encrypted(), last], { mode: 'write-back' })
    async function* chunks() {
      yield bytes(1, 2)
      yield bytes(3)
    }
    await tiered.put(a, chunks())
    await tiered.put(b, [bytes(4), bytes(5)].values())
    await tiered.sync()
    expect(await last.get(a)).toEqual(bytes(1, 2, 3))
    expect(await last.get(b)).toEqual(bytes(4, 5))
    expect(await tiered.get(a)).toEqual(bytes(1, 2, 3))
  })

  it('D30 an array in an object store is a value, not a stream', async () => {
    const objects = () => serialized(new MemoryDatastore(), json)
    const last = objects()
    await using tiered = new TieredDatastore([objects(), last], { mode: 'write-back' })
    await tiered.put(a, [1, 2])
    await tiered.sync()
    expect(await last.get(a)).toEqual([1, 2])
  })

  it('A21 sync() and close() flush, or fail', async () => {
    const { last, tiered } = stores()
    last.breakOn('put')
    await tiered.put(a, bytes(1))
    await expect(tiered.sync()).rejects.toMatchObject({ code: 'IO', key: a })
    await expect(tiered.close()).rejects.toThrow('Cannot close: one write did not reach the last tier')
    expect(last.closes).toBe(1)
    const other = stores()
    await other.tiered.put(a, bytes(1))
    await other.tiered.put(b, bytes(2))
    await other.tiered.delete(a)
    await other.tiered.close()
    expect([await other.last.below.has(a), await other.last.below.has(b)]).toEqual([false, true])
  })

  it('A5 a read-only last tier rejects a write before it is acknowledged', async () => {
    const tiered = new TieredDatastore<Uint8Array>([new MemoryDatastore(), readOnly(new MemoryDatastore())], {
      mode: 'write-back',
    })
    await expect(tiered.put(a, bytes(1))).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(tiered.unflushed.entries).toBe(0)
    await tiered.close()
  })

  it('A5 D18 limits below one are CONFIG_INVALID', () => {
    for (const options of [
      { maxUnflushedEntries: 0 },
      { maxUnflushedBytes: Number.NaN },
      { flushDelay: -1 },
    ]) {
      expect(() => stores(options)).toThrow(/number from [01] up/)
    }
  })
})
