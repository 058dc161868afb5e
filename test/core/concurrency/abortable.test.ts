import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { orAbort, untilAborted } from '../../../src/core/concurrency/abortable.ts'
import { Key } from '../../../src/core/key.ts'

const key = Key.of('a')
const never = new Promise<never>(() => undefined)

describe('orAbort', () => {
  it('D13 returns the result of the work, and removes its listener from the signal', async () => {
    const { signal } = new AbortController()
    expect(await orAbort(Promise.resolve(1), signal, 'get', key)).toBe(1)
    await expect(orAbort(Promise.reject(new Error('failed')), signal, 'get', key)).rejects.toThrow('failed')
    expect(await orAbort(Promise.resolve(2), undefined, 'get')).toBe(2)
    await Promise.all([1, 2, 3].map(one => orAbort(Promise.resolve(one), signal, 'get', key)))
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('D13 a signal can be passed to many concurrent calls, and aborts all of them', async () => {
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    try {
      const abort = new AbortController()
      const calls = Array.from({ length: 100 }, () => orAbort(never, abort.signal, 'get', key))
      await new Promise(resolve => setImmediate(resolve))
      abort.abort()
      const rejected = { code: 'ABORTED', key }
      await Promise.all(calls.map(call => expect(call).rejects.toMatchObject(rejected)))
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', note)
    }
  })

  it('D13 rejects with AbortError as soon as the signal fires, or if it has fired', async () => {
    const abort = new AbortController()
    const waiting = orAbort(never, abort.signal, 'get', key)
    const reason = new Error('enough')
    abort.abort(reason)
    const expected = { name: 'AbortError', code: 'ABORTED', key, cause: reason }
    await expect(waiting).rejects.toMatchObject(expected)
    await expect(orAbort(never, abort.signal, 'get', key)).rejects.toMatchObject(expected)
  })
})

describe('untilAborted', () => {
  it('D13 passes items on, from iterables and async iterables', async () => {
    const { signal } = new AbortController()
    async function* later() {
      yield* [1, 2]
    }
    for (const given of [signal, undefined]) {
      for (const source of [[1, 2], new Set([1, 2]), later()]) {
        const items: number[] = []
        for await (const item of untilAborted(source, given, 'put')) items.push(item)
        expect(items).toEqual([1, 2])
      }
    }
  })

  it('D13 ends at once when the signal fires while the source is pending, and closes the source', async () => {
    const abort = new AbortController()
    let isReturned = false
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => never,
        return: async () => {
          isReturned = true
          return { done: true, value: undefined }
        },
      }),
    }
    const items = untilAborted(source, abort.signal, 'put', key)[Symbol.asyncIterator]()
    const next = items.next()
    abort.abort()
    await expect(next).rejects.toMatchObject({ code: 'ABORTED', key })
    expect(isReturned).toBe(true)
  })

  it('D13 ends with AbortError even if closing the source fails', async () => {
    const abort = new AbortController()
    const source: Iterable<number> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 1 }),
        return: () => {
          throw new Error('cannot close')
        },
      }),
    }
    const items = untilAborted(source, abort.signal, 'put', key)[Symbol.asyncIterator]()
    await items.next()
    abort.abort()
    await expect(items.next()).rejects.toMatchObject({ code: 'ABORTED', key })
  })

  it('D13 closes the source when its reader stops', async () => {
    let isReturned = false
    function* source() {
      try {
        yield 1
        yield 2
      } finally {
        isReturned = true
      }
    }
    for await (const item of untilAborted(source(), new AbortController().signal, 'put')) {
      expect(item).toBe(1)
      break
    }
    expect(isReturned).toBe(true)
  })

  it('D13 passes on the failure of a source', async () => {
    const source = {
      [Symbol.iterator]: () => ({
        next: () => {
          throw new Error('broken')
        },
      }),
    } as Iterable<number>
    const items = untilAborted(source, new AbortController().signal, 'put')[Symbol.asyncIterator]()
    await expect(items.next()).rejects.toThrow('broken')
  })
})
