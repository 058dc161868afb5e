import { describe, expect, it, vi } from 'vitest'
import type { Change } from '../../../src/core/datastore.ts'
import { DatastoreError } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { FaultDatastore, fault } from '../../../src/core/layers/fault.ts'
import { LatencyHistogram } from '../../../src/core/layers/latency-histogram.ts'
import { type LogRecord, logging } from '../../../src/core/layers/logging.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { rateLimit } from '../../../src/core/layers/rate-limit.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { timeout } from '../../../src/core/layers/timeout.ts'
import type { Call } from '../../../src/core/open/call.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Written } from '../../../src/core/open/store.ts'
import { MemoryDatastore, MemoryStore } from '../../../src/core/stores/memory.ts'
import { collect, expectFailure } from '../../../src/testkit/suite.ts'
import { SlowStore } from '../open/map-store.ts'
import { uncaughtDuring } from '../uncaught.ts'

const key = Key.parse('/a')
const value = new Uint8Array(100)

/** Ignores signals: a put is performed when `release` is called. */
class UnabortableStore extends MemoryStore {
  release: () => void = () => undefined
  readonly #released = new Promise<void>(resolve => {
    this.release = resolve
  })

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    await this.#released
    return super.write(key, value, call.under(undefined))
  }
}

/** A call of each verb that can fail below. */
const calls = (store: FaultDatastore | ReturnType<typeof retry<Uint8Array>>) => ({
  get: () => store.get(key),
  getStream: () => collect(store.getStream(key)),
  put: () => store.put(key, value),
  delete: () => store.delete(key, { missingOk: true }),
  has: () => store.has(key),
  stat: () => store.stat(key),
  rename: () => store.rename(key, key),
  list: () => store.list(Key.root),
  query: () => collect(store.query({ prefix: '/' }, { scan: true })),
  stats: () => store.stats(),
  sync: () => store.sync(),
  batch: () => store.batch().put(key, value).commit(),
})

const CONFIG_INVALID: unknown = expect.objectContaining({ code: 'CONFIG_INVALID' })

describe('fault', () => {
  it('W2 an offline store fails every verb with CONNECTION, and recovers', async () => {
    const store = fault(new MemoryDatastore())
    await store.put(key, value)
    store.faults.isOffline = true
    for (const call of Object.values(calls(store)))
      await expect(call()).rejects.toMatchObject({ code: 'CONNECTION' })
    store.faults.isOffline = false
    expect(await store.has(key)).toBe(true)
  })

  it('W2 D18 the message of a failure names the action', async () => {
    const store = fault(new MemoryDatastore(), { isOffline: true })
    const messageOf = (call: Promise<unknown>) => call.catch((error: unknown) => (error as Error).message)
    expect(await messageOf(store.has(key))).toBe('Cannot look up "/a": the store is offline')
    expect(await messageOf(collect(store.getStream(key)))).toBe('Cannot get "/a": the store is offline')
    await store.close()
    expect(await messageOf(store.has(key))).toBe('Cannot look up "/a": the store is closed')
    expect(await messageOf(store.stats())).toBe('Cannot count: the store is closed')
  })

  it('W2 errors occur at the given rate, and only on the given verbs', async () => {
    let turn = 0
    const store = fault(new MemoryDatastore(), {
      errorRate: 0.3,
      verbs: ['has'],
      random: () => (turn++ % 10) / 10,
    })
    await store.put(key, value)
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => store.has(key)))
    expect(answers.filter(answer => answer.status === 'rejected')).toHaveLength(30)
  })

  it('W2 a store that is offline for some verbs continues the streams of others', async () => {
    const store = fault(new MemoryDatastore())
    await store.put(key, value)
    Object.assign(store.faults, { isOffline: true, verbs: ['put'] })
    expect(Buffer.concat(await collect(store.getStream(key)))).toHaveLength(value.length)
    await expectFailure(store.put(key, value), 'CONNECTION', key)
  })

  it('W2 an infinite latency ends only when the call is aborted', async () => {
    const store = fault(new MemoryDatastore(), { latency: Number.POSITIVE_INFINITY })
    const abort = new AbortController()
    const call = store.has(key, { signal: abort.signal })
    const pause = new Promise(resolve => setTimeout(() => resolve('still waiting'), 20))
    expect(await Promise.race([call, pause])).toBe('still waiting')
    abort.abort()
    await expectFailure(call, 'ABORTED', key)
  })

  it('W2 a lost answer is a failure of a call that took effect', async () => {
    const store = fault(new MemoryDatastore(), { lostRate: 1, verbs: ['put'] })
    await expect(store.put(key, value)).rejects.toMatchObject({ code: 'CONNECTION', key })
    expect(await store.get(key)).toEqual(value)
  })

  it('W2 a call can be aborted during its latency', async () => {
    const store = fault(new MemoryDatastore(), { latency: 60_000 })
    const controller = new AbortController()
    const call = store.get(key, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('retry', () => {
  it('W2 every verb is retried after a transient failure', async () => {
    for (const verb of Object.keys(calls(retry(new MemoryDatastore())))) {
      let isFirst = true
      const below = fault(new MemoryDatastore(), {
        errorRate: 1,
        random: () => {
          const answer = isFirst ? 0 : 1
          isFirst = false
          return answer
        },
      })
      below.faults.errorRate = 0
      await below.put(key, value)
      below.faults.errorRate = 0.5
      await calls(retry(below, { delay: 0.1 }))[verb as 'get']()
    }
  })

  it('W2 rejects invalid numbers of attempts and delays', () => {
    for (const options of [
      { attempts: Number.NaN },
      { attempts: 0 },
      { delay: -1 },
      { maxDelay: Number.NaN },
    ])
      expect(() => retry(new MemoryDatastore(), options)).toThrow(CONFIG_INVALID)
  })

  it('W2 a permanent failure is not retried, and attempts are limited', async () => {
    const below = new FaultDatastore(new MemoryDatastore())
    const counted = metrics(below)
    await expect(retry(counted, { delay: 0.1 }).get(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(counted.metrics('get').count).toBe(1)
    below.faults.isOffline = true
    await expect(retry(counted, { attempts: 3, delay: 0.1 }).get(key)).rejects.toMatchObject({
      code: 'CONNECTION',
    })
    expect(counted.metrics('get').count).toBe(4)
  })

  it('W2 D31 the failure decides whether it is retried, unless codes are given', async () => {
    const failures: unknown[] = []
    let reads = 0
    class Failing extends MemoryStore {
      override read(key: Key) {
        reads++
        if (failures.length > 0) throw failures.shift()
        return super.read(key)
      }
    }
    const below = new Datastore(new Failing())
    await below.put(key, value)
    const never = new DatastoreError('IO', 'the disk is broken', { retry: 'no' })
    failures.push(never)
    await expect(retry(below, { delay: 0.1 }).get(key)).rejects.toBe(never)
    expect(reads).toBe(1)
    failures.push(new DatastoreError('CORRUPT', 'it is being written', { retry: 'later' }))
    await expect(retry(below, { delay: 0.1 }).get(key)).resolves.toEqual(value)
    failures.push(never)
    await expect(retry(below, { delay: 0.1, codes: ['IO'] }).get(key)).resolves.toEqual(value)
  })

  it('W2 a stream that has yielded a chunk is not restarted; a stream that was read is not put twice', async () => {
    const below = new FaultDatastore(new MemoryDatastore())
    await below.put(key, new Uint8Array(300_000))
    const counted = metrics(below)
    const store = retry(counted, { delay: 0.1 })
    const chunks = store.getStream(key)[Symbol.asyncIterator]()
    await chunks.next()
    below.faults.isOffline = true
    await expect(chunks.next()).rejects.toMatchObject({ code: 'CONNECTION' })
    below.faults.isOffline = false
    below.faults.lostRate = 1
    async function* once() {
      yield value
    }
    await expect(store.put(key, once())).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(counted.metrics('put').count).toBe(1)
  })
})

describe('retry of a put whose first answer was lost', () => {
  const losing = () => {
    let turn = 0
    return fault(new MemoryDatastore(), {
      lostRate: 0.5,
      random: () => (turn++ === 0 ? 0 : 1),
      verbs: ['put'],
    })
  }

  it('W2 D2 fails as CONNECTION and not as ALREADY_EXISTS, because it may have taken effect', async () => {
    const below = losing()
    const put = retry(below, { delay: 0.1 }).put(key, value, { replace: false })
    await expect(put).rejects.toMatchObject({ code: 'CONNECTION' })
    expect(await below.get(key)).toEqual(value)
  })

  it('W2 D2 succeeds if it may replace any value', async () => {
    await retry(losing(), { delay: 0.1 }).put(key, value)
  })
})

describe('a layer with delays', () => {
  it('W2 D16 does not block writes while a watch has no changes', async () => {
    class StoreWithoutChanges extends MemoryStore {
      override watch(): AsyncIterable<Change> {
        return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) }
      }
    }
    const below = new Datastore(new StoreWithoutChanges())
    const store = retry(below)
    void store.watch(key)[Symbol.asyncIterator]().next()
    await store.put(key, value)
    expect(await store.get(key)).toEqual(value)
  })
})

describe('timeout', () => {
  it('W2 a call that takes too long is TIMEOUT and names the key; the call below is aborted', async () => {
    const below = fault(new MemoryDatastore(), { latency: 60_000 })
    const store = timeout(below, 5)
    await expect(store.get(key)).rejects.toMatchObject({
      code: 'TIMEOUT',
      key,
      message: 'Cannot get "/a": there was no answer within 5 ms',
    })
    await expect(collect(store.getStream(key))).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('W12 an aborted write that still takes effect does so before later calls', async () => {
    const unabortable = new UnabortableStore()
    const below = new Datastore(unabortable)
    const store = timeout(below, 60_000)
    const caller = new AbortController()
    const put = store.put(key, Uint8Array.of(1), { signal: caller.signal })
    caller.abort()
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })

    const answers = [
      store.has(key),
      store.list(Key.root).then(page => page.children.length),
      collect(store.getStream(key)).then(chunks => chunks.length),
      store.put(key, Uint8Array.of(2), { replace: false }).catch((error: unknown) => error),
    ]
    expect(await store.has(Key.parse('/elsewhere'))).toBe(false)
    unabortable.release()
    expect(await Promise.all(answers)).toMatchObject([true, 1, 1, { code: 'ALREADY_EXISTS', key }])
  })

  it('W12 while an aborted write is in progress, calls on its key have their own time limit', async () => {
    const unabortable = new UnabortableStore()
    const below = new Datastore(unabortable)
    const store = timeout(below, 5)
    for (const call of [() => store.put(key, value), () => store.get(key), () => store.rename(key, key)]) {
      await expect(call()).rejects.toMatchObject({ code: 'TIMEOUT', key })
    }
    const closing = store.close()
    unabortable.release()
    await closing
  })

  it('W2 a limit beyond the range of timers is no limit, and an immediate answer creates no timer', async () => {
    const slow = new Datastore(new SlowStore())
    const timers = vi.spyOn(globalThis, 'setTimeout')
    for (const limit of [Number.POSITIVE_INFINITY, 2 ** 31]) {
      await timeout(slow, limit).put(key, value)
    }
    expect(timers).not.toHaveBeenCalled()
    await timeout(slow, 2 ** 31 - 1).put(key, value)
    expect(timers).toHaveBeenCalledOnce()
    await timeout(new MemoryDatastore(), 1000).put(key, value)
    expect(timers).toHaveBeenCalledOnce()
    timers.mockRestore()
  })

  it('W2 an abort by the caller stays an AbortError', async () => {
    const store = timeout(fault(new MemoryDatastore(), { latency: 60_000 }), 60_000)
    await expect(store.get(key, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})

describe('rateLimit', () => {
  it('W2 allows a burst at once and limits the rest to the rate', async () => {
    const store = rateLimit(new MemoryDatastore(), { perSecond: 100, burst: 5 })
    const start = performance.now()
    await Promise.all(Array.from({ length: 5 }, () => store.has(key)))
    const burst = performance.now() - start
    await Promise.all(Array.from({ length: 20 }, () => store.has(key)))
    const held = performance.now() - start
    expect(held).toBeGreaterThanOrEqual(190)
    expect(held).toBeGreaterThan(burst)
  })

  it('W2 calls aborted while they wait do not consume the rate of later ones', async () => {
    const store = rateLimit(new MemoryDatastore(), { perSecond: 10, burst: 1 })
    const abort = new AbortController()
    const calls = Array.from({ length: 100 }, () => store.has(key, { signal: abort.signal }))
    abort.abort()
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(90)
    const start = performance.now()
    await store.has(key)
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('W2 rejects invalid rates', () => {
    expect(() => rateLimit(new MemoryDatastore(), { perSecond: 0 })).toThrow(CONFIG_INVALID)
    expect(() => rateLimit(new MemoryDatastore(), { perSecond: Number.NaN })).toThrow(CONFIG_INVALID)
  })
})

describe('a watch through a layer', () => {
  it.each([
    ['fault', (store: MemoryDatastore) => fault(store)],
    ['retry', (store: MemoryDatastore) => retry(store)],
    ['timeout', (store: MemoryDatastore) => timeout(store, 1000)],
    ['rateLimit', (store: MemoryDatastore) => rateLimit(store, { perSecond: 1000 })],
    ['metrics', (store: MemoryDatastore) => metrics(store)],
    ['logging', (store: MemoryDatastore) => logging(store, { log: () => undefined })],
  ])('D12 %s reports a put made right after the first pull', async (_, make) => {
    const store = make(new MemoryDatastore())
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const first = changes.next()
    await store.put(key, value)
    await store.put(Key.parse('/b'), value)
    expect(await first).toMatchObject({ value: { type: 'put', key } })
    await store.close()
  })
})

describe('logging and metrics', () => {
  it('W2 D18 a log that throws does not fail the call', async () => {
    const store = logging(new MemoryDatastore(), {
      log() {
        throw new Error('disk full')
      },
    })
    const uncaught = await uncaughtDuring(async () => {
      await store.put(key, value)
      await expectFailure(store.get(Key.of('nope')), 'NOT_FOUND')
      await collect(store.getStream(key))
    })
    expect(uncaught).toMatchObject(Array(3).fill({ message: 'disk full' }))
  })

  it('W2 logging writes one structured record per call, failures with their code', async () => {
    const records: LogRecord[] = []
    const store = logging(new MemoryDatastore(), { name: 'films', log: record => records.push(record) })
    await store.put(key, value)
    await store.get(Key.parse('/b')).catch(() => undefined)
    await collect(store.getStream(key))
    expect(records).toMatchObject([
      { store: 'films', verb: 'put', key: '/a', bytes: 100 },
      { verb: 'get', key: '/b', error: 'NOT_FOUND', message: expect.stringContaining('/b') as string },
      { verb: 'getStream', key: '/a', bytes: 100 },
    ])
    expect(records.every(record => record.duration >= 0)).toBe(true)
    expect(() => JSON.stringify(records)).not.toThrow()
  })

  it('W2 metrics counts calls, errors, bytes and durations of each verb', async () => {
    const store = metrics(new MemoryDatastore())
    await store.put(key, value)
    await store.get(key)
    await store.get(key)
    await store.get(Key.parse('/b')).catch(() => undefined)
    expect(store.metrics('get')).toMatchObject({ count: 3, errors: 1, bytes: 200 })
    expect(store.metrics('put')).toMatchObject({ count: 1, errors: 0, bytes: 100 })
    expect(store.metrics('get').latency.percentile(0.5)).toBeGreaterThan(0)
  })

  it('W2 the histogram returns percentiles with an error of at most a fifth', () => {
    const histogram = new LatencyHistogram()
    for (let milliseconds = 1; milliseconds <= 1000; milliseconds++) histogram.add(milliseconds)
    for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
      const exact = share * 1000
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(exact * 0.999)
      expect(histogram.percentile(share)).toBeLessThanOrEqual(exact * 1.2)
    }
    expect(new LatencyHistogram().percentile(0.5)).toBe(0)
    expect(() => histogram.percentile(2)).toThrow(RangeError)
  })
})
